/** Calls of the coding model, and the rate at which servers may be called. */
export const model = {
  name: '0005-model',
  sql: `
create table tablelore.model_call (
  id bigint generated always as identity primary key,
  repo text not null,
  table_id text collate "C" not null,
  model text not null,
  prompt_version text not null,
  input_hash text not null,
  generation integer not null,
  turn integer not null,
  run text not null,
  request jsonb not null,
  response jsonb,
  status text not null,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_usd double precision,
  created_at timestamptz not null default now(),
  unique (repo, table_id, model, prompt_version, input_hash, generation, turn)
);
create index model_call_run on tablelore.model_call (run);

create table tablelore.rate_bucket (
  name text primary key,
  tokens double precision not null,
  capacity double precision not null,
  refill_per_second double precision not null,
  updated_at timestamptz not null
);
`,
};
