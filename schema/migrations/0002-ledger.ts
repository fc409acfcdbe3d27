/** Facts, the ledger of claims, and which set of claims a table had on which day. */
export const ledger = {
  name: '0002-ledger',
  sql: `
create table tablelore.facts (
  key text primary key,
  repo text not null,
  path text not null,
  blob text not null,
  reader text not null,
  version integer not null,
  dialect text not null,
  trace jsonb,
  summary jsonb not null,
  body bytea not null
);
create index facts_blob on tablelore.facts (blob, path);
alter table tablelore.facts alter column body set storage external;

create table tablelore.claim (
  id uuid primary key,
  repo text not null,
  table_id text collate "C" not null,
  field text not null,
  origin text not null,
  value jsonb not null,
  confidence real not null,
  evidence jsonb not null,
  steps jsonb
);
create index claim_table on tablelore.claim (repo, table_id);

create table tablelore.claim_set (
  id bigint generated always as identity primary key,
  repo text not null,
  table_id text collate "C" not null,
  stage text not null,
  input_hash text not null,
  claims uuid[] not null,
  output bytea not null,
  output_hash text not null,
  unique (repo, table_id, stage, input_hash)
);
alter table tablelore.claim_set alter column output set storage external;

create table tablelore.pointer (
  repo text not null,
  table_id text collate "C" not null,
  stage text not null,
  as_of date not null,
  set_id bigint references tablelore.claim_set,
  primary key (repo, table_id, stage, as_of)
);
create index pointer_set on tablelore.pointer (set_id);
`,
};
