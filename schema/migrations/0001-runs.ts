/** Repositories, runs and what keeps runs apart. */
export const runs = {
  name: '0001-runs',
  sql: `
create table tablelore.repo (
  name text primary key,
  url text,
  ref text
);

create table tablelore.observed_head (
  repo text not null,
  day date not null,
  sha text not null,
  primary key (repo, day)
);

create table tablelore.diagnostics_set (
  hash text primary key,
  body bytea not null
);

create table tablelore.run (
  id text primary key,
  workflow text not null,
  repo text not null,
  as_of date not null,
  commit text not null,
  status text not null,
  input jsonb not null,
  report jsonb,
  diagnostics_hash text references tablelore.diagnostics_set,
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
create index run_repo on tablelore.run (repo, started_at);

create table tablelore.run_stage (
  run text not null,
  stage text not null,
  done integer not null,
  reused integer not null,
  failed integer not null,
  seconds double precision not null,
  skipped text,
  primary key (run, stage)
);

create table tablelore.night (
  repo text not null,
  as_of date not null,
  run text,
  commit text,
  night_hash text,
  published boolean not null default false,
  primary key (repo, as_of)
);

create table tablelore.lease (
  repo text not null,
  as_of date not null,
  holder text not null,
  expires_at timestamptz not null,
  primary key (repo, as_of)
);

create table tablelore.work_item (
  run text not null,
  stage text not null,
  ordinal integer not null,
  key text not null,
  payload jsonb not null,
  status text not null default 'open',
  primary key (run, stage, ordinal)
);

create table tablelore.quarantine (
  run text not null,
  table_id text collate "C" not null,
  stage text not null,
  error text not null,
  at timestamptz not null default now(),
  primary key (run, table_id, stage)
);
`,
};
