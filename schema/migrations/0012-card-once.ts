/**
 * A card is stored once: compressed, by content, as its difference from another version of the table's where that is small, and with what is counted over
 * all cards beside it. Its set only names it: the compressed copy that the set had takes the place of the card as JSON. Texts and vectors are of what
 * readers can find, so that history may outlive them.
 */
export const cardOnce = {
  name: '0012-card-once',
  // An older worker would look for the card as JSON.
  breaking: true as const,
  sql: `
alter table tablelore.card_version
  add column path text,
  add column has text[] not null default '{}',
  add column conflicts integer not null default 0,
  add column stale integer not null default 0,
  add column column_edges integer not null default 0,
  add column base bigint references tablelore.card_version,
  add column body bytea;
alter table tablelore.card_version alter column body set storage external;

update tablelore.card_version v
set path = card->>'path',
  has = array_remove(array[
    case when jsonb_array_length(card->'columns') > 0 then 'columns' end,
    case when jsonb_array_length(card->'upstream') > 0 then 'upstream' end,
    case when card #> '{grain,value,keys,0}' is not null then 'key' end,
    case when jsonb_array_length(card->'joins') > 0 then 'joins' end,
    case when jsonb_array_length(card->'lineage') > 0 then 'lineage' end,
    case when card->>'freshness' is not null then 'freshness' end,
    case when card->>'owner' is not null then 'owner' end,
    case when card->>'purpose' is not null then 'purpose' end,
    case when card->>'usage' is not null then 'use' end
  ], null),
  conflicts = coalesce(jsonb_array_length(card->'conflicts'), 0),
  stale = coalesce(jsonb_array_length(card->'stale'), 0),
  column_edges = coalesce((select sum(jsonb_array_length(l->'from')) from jsonb_array_elements(card->'lineage') as l), 0),
  body = coalesce(
    (select s.output from tablelore.claim_set s
      where s.repo = v.repo and s.table_id = v.table_id and s.stage = 'card' and s.output_hash = v.hash limit 1),
    convert_to(card::text, 'UTF8'));
alter table tablelore.card_version alter column body set not null;
alter table tablelore.card_version drop column card;
update tablelore.claim_set s set output = convert_to('null', 'UTF8')
where stage = 'card' and exists (
  select from tablelore.card_version v where v.repo = s.repo and v.table_id = s.table_id and v.hash = s.output_hash);

alter table tablelore.card_version drop constraint card_version_text_hash_fkey;
alter table tablelore.search_entry drop constraint search_entry_text_hash_fkey;
-- Nobody asks by these, and every night writes them.
drop index tablelore.card_version_text;
drop index tablelore.pointer_set;

alter table tablelore.search_text add column made_at timestamptz not null default now();
alter table tablelore.search_text set (autovacuum_vacuum_scale_factor = 0.05);
alter table tablelore.embedding set (autovacuum_vacuum_scale_factor = 0.05);
`,
};
