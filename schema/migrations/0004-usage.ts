/** Query logs, as counts: texts without literals, and people as keys. */
export const usage = {
  name: '0004-usage',
  sql: `
create table tablelore.log_file (
  id bigint generated always as identity primary key,
  repo text not null,
  path text not null,
  hash text not null,
  day_from date,
  day_to date,
  lines integer not null,
  bad_lines integer not null,
  ingested_at timestamptz not null default now(),
  unique (repo, path)
);
create index log_file_hash on tablelore.log_file (repo, hash);

create table tablelore.query_template (
  repo text not null,
  fingerprint text not null,
  sql text not null,
  tables text[] not null default '{}',
  analysis jsonb,
  reader_version text,
  primary key (repo, fingerprint)
);

create table tablelore.template_day (
  repo text not null,
  fingerprint text not null,
  day date not null,
  source text not null,
  log_file bigint not null references tablelore.log_file on delete cascade,
  runs integer not null,
  failures integer not null,
  users text[] not null,
  roles jsonb not null,
  primary key (repo, fingerprint, day, source, log_file)
);
create index template_day_day on tablelore.template_day (repo, day);
create index template_day_file on tablelore.template_day (log_file);

create table tablelore.usage_day (
  repo text not null,
  table_id text collate "C" not null,
  day date not null,
  queries integer not null,
  users integer not null,
  failures integer not null,
  by_source jsonb not null,
  primary key (repo, table_id, day)
);
create index usage_day_day on tablelore.usage_day (repo, day);
`,
};
