/** Claims of a set as one row: what a set says, read and written at once. Lists made from older rows are not compressed. */
export const claimList = {
  name: '0008-claim-list',
  breaking: true as const,
  sql: `
create table tablelore.claim_list (
  hash text primary key,
  ids uuid[] not null,
  counts jsonb not null,
  upstream text[] collate "C" not null,
  upstream_kinds text[] not null,
  body bytea not null
);
alter table tablelore.claim_list alter column ids set storage external;
alter table tablelore.claim_list alter column body set storage external;
create index claim_list_upstream on tablelore.claim_list using gin (upstream) where upstream <> '{}';

insert into tablelore.claim_list (hash, ids, counts, upstream, upstream_kinds, body)
select lists.hash, lists.claims, said.counts, said.upstream, said.upstream_kinds, convert_to(said.body::text, 'UTF8')
from (select distinct md5(claims::text) as hash, claims from tablelore.claim_set) as lists
cross join lateral (
  select coalesce(jsonb_agg(
      jsonb_build_object('table', c.table_id, 'field', c.field, 'origin', c.origin, 'value', c.value,
        'confidence', c.confidence, 'evidence', c.evidence)
      || case when c.steps is null then '{}' else jsonb_build_object('steps', c.steps) end order by u.place), '[]') as body,
    coalesce((
      select jsonb_object_agg(field, origins) from (
        select field, jsonb_object_agg(origin, number) as origins from (
          select o.field, o.origin, count(distinct o.id) as number
          from tablelore.claim o where o.id = any(lists.claims) group by 1, 2
        ) as numbers group by 1
      ) as fields), '{}') as counts,
    coalesce(array_agg(c.value->>'table' order by u.place) filter (where c.field = 'upstream'), '{}') as upstream,
    coalesce(array_agg(coalesce(c.value->>'kind', 'reads') order by u.place) filter (where c.field = 'upstream'), '{}') as upstream_kinds
  from unnest(lists.claims) with ordinality as u(id, place) join tablelore.claim c on c.id = u.id
) as said;

alter table tablelore.claim_set add column claim_list text references tablelore.claim_list;
update tablelore.claim_set set claim_list = md5(claims::text);
alter table tablelore.claim_set alter column claim_list set not null;
alter table tablelore.claim_set drop column claims;
create index claim_set_list on tablelore.claim_set (claim_list);
drop table tablelore.claim;
`,
};
