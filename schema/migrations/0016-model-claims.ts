/** Who makes a call of the model, who is next where there is no room for one, and of which questions no answer came. */
export const modelClaims = {
  name: '0016-model-claims',
  sql: `
alter table tablelore.model_call
  add column claimed_until timestamptz,
  add column claimed_input bigint,
  add column claimed_output bigint,
  add column claimed_usd double precision;
alter table tablelore.rate_bucket
  add column next_draw text,
  add column next_amount double precision,
  add column next_until timestamptz;
create table tablelore.unanswered (
  repo text not null,
  table_id text collate "C" not null,
  input_hash text not null,
  times integer not null,
  run text not null,
  as_of date not null,
  error text not null,
  primary key (repo, table_id)
);
`,
};
