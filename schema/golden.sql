CREATE OR REPLACE FUNCTION tablelore.carry_payment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into tablelore.model_payment (call, run, input_tokens, cached_input_tokens, output_tokens, cost_usd)
  values (new.id, old.run, new.input_tokens - old.input_tokens, new.cached_input_tokens - old.cached_input_tokens,
    new.output_tokens - old.output_tokens, new.cost_usd - coalesce(old.cost_usd, 0));
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION tablelore.search_query(text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT ((replace((forms.english)::text, ' & '::text, ' | '::text))::tsquery || COALESCE(forms.exact, ''::tsquery)) FROM (SELECT websearch_to_tsquery('english'::regconfig, tablelore.search_words($1)) AS english, (SELECT (string_agg(quote_literal(unnest.lexeme), ' | '::text))::tsquery AS string_agg FROM unnest(to_tsvector('simple'::regconfig, tablelore.search_words($1))) unnest(lexeme, positions, weights) WHERE (numnode(plainto_tsquery('english'::regconfig, unnest.lexeme)) > 0)) AS exact) forms)
;

CREATE OR REPLACE FUNCTION tablelore.search_words(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(translate($1, '_./\-'::text, '     '::text), '([a-z0-9])([A-Z])'::text, '\1 \2'::text, 'g'::text)
;

create table tablelore.card_version (
  id bigint generated always as identity not null,
  repo text not null,
  table_id text collate "C" not null,
  hash text not null,
  text_hash text not null,
  path text,
  has text[] default '{}'::text[] not null,
  conflicts integer default 0 not null,
  stale integer default 0 not null,
  column_edges integer default 0 not null,
  base bigint,
  body bytea storage external not null,
  constraint card_version_pkey PRIMARY KEY (id),
  constraint card_version_repo_table_id_hash_key UNIQUE (repo, table_id, hash)
);

create table tablelore.claim_list (
  hash text not null,
  ids uuid[] storage external not null,
  counts jsonb not null,
  upstream text[] collate "C" not null,
  upstream_kinds text[] not null,
  body bytea storage external not null,
  columns bytea storage external,
  constraint claim_list_pkey PRIMARY KEY (hash)
);
CREATE INDEX claim_list_upstream ON tablelore.claim_list USING gin (upstream) WHERE (upstream <> '{}'::text[]);

create table tablelore.claim_set (
  id bigint generated always as identity not null,
  repo text not null,
  table_id text collate "C" not null,
  stage text not null,
  input_hash text not null,
  output bytea storage external not null,
  output_hash text not null,
  claim_list text not null,
  constraint claim_set_claim_list_fkey FOREIGN KEY (claim_list) REFERENCES tablelore.claim_list(hash),
  constraint claim_set_pkey PRIMARY KEY (id),
  constraint claim_set_repo_table_id_stage_input_hash_key UNIQUE (repo, table_id, stage, input_hash)
);
CREATE INDEX claim_set_list ON tablelore.claim_set USING btree (claim_list);

create table tablelore.diagnostics_set (
  hash text not null,
  body bytea not null,
  constraint diagnostics_set_pkey PRIMARY KEY (hash)
);

create table tablelore.embedding (
  text_hash text not null,
  model text not null,
  embedding halfvec not null,
  constraint embedding_pkey PRIMARY KEY (text_hash, model)
);

create table tablelore.embedding_use (
  run text not null,
  chunk integer not null,
  calls integer not null,
  texts integer not null,
  tokens bigint not null,
  constraint embedding_use_pkey PRIMARY KEY (run, chunk)
);

create table tablelore.facts (
  key text not null,
  repo text not null,
  path text not null,
  blob text not null,
  reader text not null,
  version integer not null,
  dialect text not null,
  trace jsonb,
  summary jsonb not null,
  body bytea storage external not null,
  constraint facts_pkey PRIMARY KEY (key)
);
CREATE INDEX facts_blob ON tablelore.facts USING btree (blob, path);

create table tablelore.lease (
  repo text not null,
  as_of date not null,
  holder text not null,
  expires_at timestamp with time zone not null,
  constraint lease_pkey PRIMARY KEY (repo, as_of)
);

create table tablelore.log_file (
  id bigint generated always as identity not null,
  repo text not null,
  path text not null,
  hash text not null,
  day_from date,
  day_to date,
  lines integer not null,
  bad_lines integer not null,
  ingested_at timestamp with time zone default now() not null,
  problems jsonb default '[]'::jsonb not null,
  constraint log_file_pkey PRIMARY KEY (id),
  constraint log_file_repo_path_key UNIQUE (repo, path)
);
CREATE INDEX log_file_hash ON tablelore.log_file USING btree (repo, hash);

create table tablelore.migration (
  name text not null,
  applied_at timestamp with time zone default now() not null,
  breaking boolean default false not null,
  constraint migration_pkey PRIMARY KEY (name)
);

create table tablelore.model_call (
  id bigint generated always as identity not null,
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
  input_tokens bigint default 0 not null,
  cached_input_tokens bigint default 0 not null,
  output_tokens bigint default 0 not null,
  cost_usd double precision,
  created_at timestamp with time zone default now() not null,
  claimed_until timestamp with time zone,
  claimed_input bigint,
  claimed_output bigint,
  claimed_usd double precision,
  asked_at timestamp with time zone,
  claim uuid,
  constraint model_call_pkey PRIMARY KEY (id),
  constraint model_call_repo_table_id_model_prompt_version_input_hash_ge_key UNIQUE (repo, table_id, model, prompt_version, input_hash, generation, turn)
);
CREATE INDEX model_call_run ON tablelore.model_call USING btree (run);
CREATE TRIGGER carry_payment AFTER UPDATE ON tablelore.model_call FOR EACH ROW WHEN (((new.input_tokens > old.input_tokens) OR (new.output_tokens > old.output_tokens))) EXECUTE FUNCTION tablelore.carry_payment();

create table tablelore.model_payment (
  id uuid default gen_random_uuid() not null,
  call bigint not null,
  run text collate "C" not null,
  at timestamp with time zone default clock_timestamp() not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  cost_usd double precision,
  constraint model_payment_call_fkey FOREIGN KEY (call) REFERENCES tablelore.model_call(id) ON DELETE CASCADE,
  constraint model_payment_pkey PRIMARY KEY (id)
);
CREATE INDEX model_payment_call ON tablelore.model_payment USING btree (call);
CREATE INDEX model_payment_run ON tablelore.model_payment USING btree (run);

create table tablelore.night (
  repo text not null,
  as_of date not null,
  run text,
  commit text,
  night_hash text,
  published boolean default false not null,
  state_hash text,
  constraint night_pkey PRIMARY KEY (repo, as_of)
);

create table tablelore.observed_head (
  repo text not null,
  day date not null,
  sha text not null,
  constraint observed_head_pkey PRIMARY KEY (repo, day)
);

create table tablelore.pointer (
  repo text not null,
  table_id text collate "C" not null,
  stage text not null,
  as_of date not null,
  set_id bigint,
  constraint pointer_pkey PRIMARY KEY (repo, table_id, stage, as_of)
);

create table tablelore.published (
  repo text not null,
  snapshot_id bigint not null,
  constraint published_snapshot_id_fkey FOREIGN KEY (snapshot_id) REFERENCES tablelore.snapshot(id),
  constraint published_pkey PRIMARY KEY (repo)
);

create table tablelore.quarantine (
  run text not null,
  table_id text collate "C" not null,
  stage text not null,
  error text not null,
  at timestamp with time zone default now() not null,
  constraint quarantine_pkey PRIMARY KEY (run, table_id, stage)
);

create table tablelore.query_template (
  repo text not null,
  fingerprint text not null,
  sql text not null,
  analysis jsonb,
  reader_version text,
  constraint query_template_pkey PRIMARY KEY (repo, fingerprint)
);

create table tablelore.rate_bucket (
  name text not null,
  tokens double precision not null,
  capacity double precision not null,
  refill_per_second double precision not null,
  updated_at timestamp with time zone not null,
  next_draw text,
  next_amount double precision,
  next_until timestamp with time zone,
  constraint rate_bucket_pkey PRIMARY KEY (name)
);

create table tablelore.repo (
  name text not null,
  url text,
  ref text,
  constraint repo_pkey PRIMARY KEY (name)
);

create table tablelore.run (
  id text not null,
  workflow text not null,
  repo text not null,
  as_of date not null,
  commit text not null,
  status text not null,
  input jsonb not null,
  report jsonb,
  diagnostics_hash text,
  started_at timestamp with time zone default now() not null,
  ended_at timestamp with time zone,
  reason text,
  constraint run_diagnostics_hash_fkey FOREIGN KEY (diagnostics_hash) REFERENCES tablelore.diagnostics_set(hash),
  constraint run_pkey PRIMARY KEY (id)
);
CREATE INDEX run_repo ON tablelore.run USING btree (repo, started_at);

create table tablelore.run_stage (
  run text not null,
  stage text not null,
  done integer not null,
  reused integer not null,
  failed integer not null,
  seconds double precision not null,
  skipped text,
  constraint run_stage_pkey PRIMARY KEY (run, stage)
);

create table tablelore.search_entry (
  repo text not null,
  kind text not null,
  ref text collate "C" not null,
  name text collate "C" generated always as (lower(regexp_replace(ref, '^.*\.'::text, ''::text))) stored not null,
  version bigint not null,
  text_hash text not null,
  from_snapshot bigint not null,
  until_snapshot bigint,
  constraint search_entry_from_snapshot_fkey FOREIGN KEY (from_snapshot) REFERENCES tablelore.snapshot(id),
  constraint search_entry_until_snapshot_fkey FOREIGN KEY (until_snapshot) REFERENCES tablelore.snapshot(id),
  constraint search_entry_pkey PRIMARY KEY (repo, kind, ref, from_snapshot)
);
CREATE INDEX search_entry_from ON tablelore.search_entry USING btree (from_snapshot);
CREATE INDEX search_entry_name ON tablelore.search_entry USING btree (repo, name);
CREATE UNIQUE INDEX search_entry_open ON tablelore.search_entry USING btree (repo, kind, ref) WHERE (until_snapshot IS NULL);
CREATE INDEX search_entry_text ON tablelore.search_entry USING btree (text_hash);
CREATE INDEX search_entry_until ON tablelore.search_entry USING btree (until_snapshot);

create table tablelore.search_text (
  text_hash text not null,
  text text not null,
  tsv tsvector generated always as ((to_tsvector('english'::regconfig, tablelore.search_words("left"(text, 100000))) || to_tsvector('simple'::regconfig, tablelore.search_words("left"(text, 100000))))) stored not null,
  made_at timestamp with time zone default now() not null,
  constraint search_text_pkey PRIMARY KEY (text_hash)
);
CREATE INDEX search_text_tsv ON tablelore.search_text USING gin (tsv);

create table tablelore.setting (
  name text not null,
  value text not null,
  constraint setting_pkey PRIMARY KEY (name)
);

create table tablelore.snapshot (
  id bigint generated always as identity not null,
  repo text not null,
  as_of date not null,
  commit text not null,
  commit_order bigint not null,
  run text not null,
  base bigint,
  model text,
  published_at timestamp with time zone default now() not null,
  constraint snapshot_base_fkey FOREIGN KEY (base) REFERENCES tablelore.snapshot(id),
  constraint snapshot_pkey PRIMARY KEY (id),
  constraint snapshot_repo_run_as_of_key UNIQUE (repo, run, as_of)
);

create table tablelore.template_day (
  repo text not null,
  fingerprint text not null,
  day date not null,
  source text not null,
  log_file bigint not null,
  runs integer not null,
  failures integer not null,
  users text[] not null,
  roles jsonb not null,
  constraint template_day_log_file_fkey FOREIGN KEY (log_file) REFERENCES tablelore.log_file(id) ON DELETE CASCADE,
  constraint template_day_pkey PRIMARY KEY (repo, fingerprint, day, source, log_file)
);
CREATE INDEX template_day_day ON tablelore.template_day USING btree (repo, day);
CREATE INDEX template_day_file ON tablelore.template_day USING btree (log_file);

create table tablelore.unanswered (
  repo text not null,
  table_id text collate "C" not null,
  input_hash text not null,
  times integer not null,
  run text not null,
  as_of date not null,
  error text not null,
  asked_at timestamp with time zone default clock_timestamp() not null,
  constraint unanswered_pkey PRIMARY KEY (repo, table_id)
);

create table tablelore.work_item (
  run text not null,
  stage text not null,
  ordinal integer not null,
  key text not null,
  payload jsonb not null,
  status text default 'open'::text not null,
  constraint work_item_pkey PRIMARY KEY (run, stage, ordinal)
);
