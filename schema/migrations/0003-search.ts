/** Cards, their texts and vectors, and the snapshots that readers see. */
export const search = {
  name: '0003-search',
  sql: String.raw`
create function tablelore.search_words(text) returns text
  language sql immutable strict parallel safe
  return regexp_replace(translate($1, '_./\-', '     '), '([a-z0-9])([A-Z])', '\1 \2', 'g');

create function tablelore.search_query(text) returns tsquery
  language sql immutable strict parallel safe
  return (
    select replace(english::text, ' & ', ' | ')::tsquery || coalesce(exact, '')
    from (
      select websearch_to_tsquery('pg_catalog.english'::regconfig, tablelore.search_words($1)) as english,
        (
          select string_agg(quote_literal(lexeme), ' | ')::tsquery
          from unnest(to_tsvector('pg_catalog.simple'::regconfig, tablelore.search_words($1)))
          where numnode(plainto_tsquery('pg_catalog.english'::regconfig, lexeme)) > 0
        ) as exact
    ) as forms
  );

create table tablelore.search_text (
  text_hash text primary key,
  text text not null,
  tsv tsvector not null generated always as (
    to_tsvector('pg_catalog.english'::regconfig, tablelore.search_words(left(text, 100000)))
    || to_tsvector('pg_catalog.simple'::regconfig, tablelore.search_words(left(text, 100000)))
  ) stored
);
create index search_text_tsv on tablelore.search_text using gin (tsv);

create table tablelore.embedding (
  text_hash text not null,
  model text not null,
  embedding halfvec not null,
  primary key (text_hash, model)
);

create table tablelore.card_version (
  id bigint generated always as identity primary key,
  repo text not null,
  table_id text collate "C" not null,
  hash text not null,
  card jsonb not null,
  text_hash text not null references tablelore.search_text,
  unique (repo, table_id, hash)
);
create index card_version_text on tablelore.card_version (text_hash);

create table tablelore.snapshot (
  id bigint generated always as identity primary key,
  repo text not null,
  as_of date not null,
  commit text not null,
  commit_order bigint not null,
  run text not null,
  base bigint references tablelore.snapshot,
  model text,
  published_at timestamptz not null default now(),
  unique (repo, run, as_of)
);

create table tablelore.published (
  repo text primary key,
  snapshot_id bigint not null references tablelore.snapshot
);

create table tablelore.search_entry (
  repo text not null,
  kind text not null,
  ref text collate "C" not null,
  name text collate "C" not null generated always as (lower(regexp_replace(ref, '^.*\.', ''))) stored,
  version bigint not null,
  text_hash text not null references tablelore.search_text,
  from_snapshot bigint not null references tablelore.snapshot,
  until_snapshot bigint references tablelore.snapshot,
  primary key (repo, kind, ref, from_snapshot)
);
create index search_entry_text on tablelore.search_entry (text_hash);
create index search_entry_name on tablelore.search_entry (repo, name);
create index search_entry_from on tablelore.search_entry (from_snapshot);
create index search_entry_until on tablelore.search_entry (until_snapshot);
create unique index search_entry_open on tablelore.search_entry (repo, kind, ref) where until_snapshot is null;
`,
};
