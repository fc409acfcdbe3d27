/** The ledger of claims: what sets say, and what of it holds as of a date. */
import { sql } from 'kysely';
import { setStages } from '../schema/contracts/stages.ts';
import type { Claim, ClaimField, Origin } from '../schema/contracts/claims.ts';
import { listColumns, readList, type ListRow } from './claim-lists.ts';
import type { Database } from './database.ts';
import { slices } from './json.ts';
import { stateAt } from './state-at.ts';

const setsAtOnce = 500;

/** Claims of sets, in each set's order, those about columns last. A set without claims has an empty list; an id that does not exist is absent.
 * `fields`: only claims of these. */
export async function readClaims(
  db: Database,
  setIds: readonly number[],
  fields?: readonly ClaimField[],
): Promise<Map<number, Claim[]>> {
  const only = fields ? [...fields] : null;
  const found = new Map<number, Claim[]>();
  for (const some of slices(setIds, setsAtOnce)) {
    const { rows } = await sql<{ setId: number } & (ListRow | { body: null })>`
      select s.id as "setId", ${listColumns(only)}
      from tablelore.claim_set s
      left join tablelore.claim_list l on l.hash = s.claim_list and l.counts <> '{}'
        and (${only}::text[] is null or jsonb_exists_any(l.counts, ${only}::text[]))
      where s.id = any(${[...some]}::bigint[])
      order by s.id`.execute(db);
    for (const { setId, ...list } of rows) {
      const claims = list.body === null ? [] : readList(list);
      found.set(setId, only === null ? claims : claims.filter(({ field }) => only.includes(field)));
    }
  }
  return found;
}

export interface LedgerFilter {
  /** Default: all. */
  readonly field?: ClaimField | readonly ClaimField[];
  readonly origin?: Origin;
  /** Exact table ids. Default: all. */
  readonly tables?: readonly string[];
  /** Also claims that hold no longer. Default: only those that hold. */
  readonly superseded?: boolean;
}

export interface LedgerEntry {
  readonly claim: Claim;
  /** No set that its table points at on the as-of date holds it. */
  readonly superseded: boolean;
}

/**
 * A page of the ledger as it stood at the end of the night of `asOf`, by table and id. `after` is the last entry of the page before, null for the
 * first page; a page with fewer than `limit` entries is the last.
 */
export async function readLedger(
  db: Database,
  repo: string,
  asOf: string,
  filter: LedgerFilter,
  after: LedgerEntry | null,
  limit: number,
): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  const fits = fitting(filter);
  let from = { table: after?.claim.table ?? '', inclusive: true };
  for (;;) {
    const tables = await tablesFrom(db, repo, asOf, filter, from);
    const last = tables.at(-1);
    if (last === undefined) return entries;
    from = { table: last, inclusive: false };
    const lists = await listsOf(db, repo, asOf, filter, tables);
    for (const some of untilEnough(
      Map.groupBy(lists, ({ table }) => table),
      limit,
    )) {
      const bodies = await readLists(db, filter, some.flat().map(({ hash }) => hash)); // prettier-ignore
      for (const own of some) {
        const ofTable = entriesOf(own, bodies).filter(({ claim }) => fits(claim));
        const unread = ofTable.filter(({ claim }) => claim.table !== after?.claim.table || claim.id > after.claim.id); // prettier-ignore
        entries.push(...unread);
        if (entries.length >= limit) return entries.slice(0, limit);
      }
    }
  }
}

interface PointedList {
  readonly table: string;
  readonly hash: string;
  readonly held: boolean;
  readonly claims: number;
}

const tablesAtOnce = 500;
const claimStages = setStages.filter((stage) => stage !== 'card' && stage !== 'rank');

/** The next tables that have, or had, claims, in order. */
async function tablesFrom(
  db: Database,
  repo: string,
  asOf: string,
  { tables, superseded }: LedgerFilter,
  from: { readonly table: string; readonly inclusive: boolean },
): Promise<string[]> {
  const only = tables ? [...tables] : null;
  const past = sql`table_id ${sql.raw(from.inclusive ? '>=' : '>')} ${from.table}
    and (${only}::text[] is null or table_id = any(${only}::text[])) and stage = any(${claimStages}::text[])`;
  const { rows } = await (
    superseded
      ? sql<{ table: string }>`
        select distinct table_id as "table" from tablelore.claim_set
        where repo = ${repo} and ${past} order by 1 limit ${tablesAtOnce}`
      : sql<{ table: string }>`
        select distinct table_id as "table" from tablelore.pointer
        where repo = ${repo} and as_of <= ${asOf} and ${past} order by 1 limit ${tablesAtOnce}`
  ).execute(db);
  return rows.map((row) => row.table);
}

/** Their lists that may hold claims that fit, by table. */
async function listsOf(
  db: Database,
  repo: string,
  asOf: string,
  filter: LedgerFilter,
  tables: readonly string[],
): Promise<PointedList[]> {
  const fields = fieldsOf(filter);
  const { rows } = await sql<PointedList>`
    with state as materialized (${stateAt(repo, asOf, { stages: claimStages, tables })})
    select s.table_id as "table", s.claim_list as hash, bool_or(state.set_id is not null) as held,
      cardinality(l.ids) as claims
    from tablelore.claim_set s ${filter.superseded ? sql`left join` : sql`join`} state on state.set_id = s.id
    join tablelore.claim_list l on l.hash = s.claim_list and l.counts <> '{}'
      and (${fields}::text[] is null or jsonb_exists_any(l.counts, ${fields}::text[]))
    where s.repo = ${repo} and s.table_id = any(${[...tables]}::text[])
    group by s.table_id, s.claim_list, l.ids
    order by s.table_id`.execute(db);
  return rows;
}

/** Tables in groups whose lists are worth reading at once. */
function* untilEnough(
  byTable: ReadonlyMap<string, PointedList[]>,
  enough: number,
): Generator<PointedList[][]> {
  let group: PointedList[][] = [];
  let claims = 0;
  for (const lists of byTable.values()) {
    group.push(lists);
    claims += lists.reduce((sum, list) => sum + list.claims, 0);
    if (claims < enough && group.length < setsAtOnce) continue;
    yield group;
    group = [];
    claims = 0;
  }
  if (group.length > 0) yield group;
}

async function readLists(
  db: Database,
  filter: LedgerFilter,
  hashes: readonly string[],
): Promise<Map<string, Claim[]>> {
  const { rows } = await sql<ListRow & { hash: string }>`
    select l.hash, ${listColumns(fieldsOf(filter))} from tablelore.claim_list l
    where l.hash = any(${[...hashes]}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.hash, readList(row)]));
}

const fieldsOf = ({ field }: LedgerFilter): ClaimField[] | null =>
  field === undefined ? null : [field].flat();

/** A table's claims by id, each once. */
function entriesOf(
  lists: readonly PointedList[],
  bodies: ReadonlyMap<string, readonly Claim[]>,
): LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const { hash, held } of lists) {
    for (const claim of bodies.get(hash) ?? [])
      if (held || !entries.has(claim.id)) entries.set(claim.id, { claim, superseded: !held });
  }
  return [...entries.values()].sort((a, b) => (a.claim.id < b.claim.id ? -1 : 1));
}

function fitting(filter: LedgerFilter): (claim: Claim) => boolean {
  const { origin } = filter;
  const fields = fieldsOf(filter);
  return (claim) =>
    (fields?.includes(claim.field) ?? true) && (origin === undefined || claim.origin === origin);
}

/** Tables of which claims of these fields and this origin hold as of a date, by name. */
export async function tablesWithClaims(
  db: Database,
  repo: string,
  asOf: string,
  fields: readonly ClaimField[],
  origin: Origin,
): Promise<string[]> {
  const { rows } = await sql<{ table: string }>`
    select distinct state.table_id as "table"
    from (${stateAt(repo, asOf, { stages: claimStages })}) as state
    join tablelore.claim_set s on s.id = state.set_id
    join tablelore.claim_list l on l.hash = s.claim_list and jsonb_exists_any(l.counts, ${[...fields]}::text[])
    where exists (select from unnest(${[...fields]}::text[]) as f(field) where jsonb_exists(l.counts -> f.field, ${origin}))
    order by 1`.execute(db);
  return rows.map((row) => row.table);
}

/** How many claims hold as of a date: rows of field, origin and count. */
export async function countClaims(
  db: Database,
  repo: string,
  asOf: string,
): Promise<{ field: ClaimField; origin: Origin; count: number }[]> {
  const { rows } = await sql<{ field: ClaimField; origin: Origin; count: number }>`
    with state as (${stateAt(repo, asOf)})
    select f.field, o.origin, sum(o.number::int) as count
    from state join tablelore.claim_set s on s.id = state.set_id
    join tablelore.claim_list l on l.hash = s.claim_list
    cross join lateral jsonb_each(l.counts) as f(field, origins)
    cross join lateral jsonb_each_text(f.origins) as o(origin, number)
    group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}
