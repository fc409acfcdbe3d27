import { sql } from 'kysely';
import type { Claim, ClaimField, NewClaim, Origin } from '../schema/contracts/claims.ts';
import type { Database } from './database.ts';
import { jsonBatches, recordset, slices } from './json.ts';

const columns =
  sql.raw(`replace(c.id::text, '-', '') as id, c.table_id as "table", c.field, c.origin, c.value,
  c.confidence, c.evidence, c.steps`);

type ClaimData = Omit<Claim, 'steps'> & { steps: Claim['steps'] | null };

/** Stores claims by id; one that is there already stays as it is. Called by `saveStageResults`. */
export async function saveClaims(
  trx: Database,
  repo: string,
  claims: ReadonlyMap<string, NewClaim>,
): Promise<void> {
  const ids = [...claims.keys()].sort();
  const rows = ids.map((id) => ({ id, ...(claims.get(id) as NewClaim) }));
  for (const batch of jsonBatches(rows)) {
    await sql`
      insert into tablelore.claim (id, repo, table_id, field, origin, value, confidence, evidence, steps)
      select r.id, ${repo}, r."table", r.field, r.origin, r.value, r.confidence, r.evidence, r.steps
      from ${recordset(batch, 'r', 'id uuid, "table" text, field text, origin text, value jsonb, confidence real, evidence jsonb, steps jsonb')}
      on conflict (id) do nothing`.execute(trx);
  }
}

/** Claims of sets, in each set's order. A set without claims has an empty list; an id that does not exist is absent.
 * `fields`: only claims of these. */
export async function readClaims(
  db: Database,
  setIds: readonly number[],
  fields?: readonly ClaimField[],
): Promise<Map<number, Claim[]>> {
  const only = fields ? [...fields] : null;
  const found = new Map<number, Claim[]>();
  for (const some of slices(setIds, 500)) {
    const { rows } = await sql<ClaimData & { setId: number; id: string | null }>`
      select s.id as "setId", ${columns}
      from tablelore.claim_set s
      left join lateral unnest(s.claims) with ordinality as u(id, place) on true
      left join tablelore.claim c on c.id = u.id and (${only}::text[] is null or c.field = any(${only}::text[]))
      where s.id = any(${[...some]}::bigint[])
      order by s.id, u.place`.execute(db);
    for (const { setId, ...claim } of rows) {
      const list = found.get(setId) ?? [];
      found.set(setId, list);
      if (claim.id !== null) list.push(asClaim(claim));
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
  const tables = filter.tables ? [...filter.tables] : null;
  const from = after?.claim.table ?? '';
  const fields = filter.field === undefined ? null : [filter.field].flat();
  const fits = sql`(${fields}::text[] is null or c.field = any(${fields}::text[]))
      and (${filter.origin ?? null}::text is null or c.origin = ${filter.origin ?? null})
      and (${after === null} or (c.table_id, c.id) > (${from} collate "C", ${after?.claim.id ?? null}::uuid))`;
  // Claims of sets that are pointed at, from the page's first table on. Materialised: planned as one with the rest, it is run once a claim.
  const held = sql`held as materialized (
      select distinct u.id from (
        select distinct on (p.table_id, p.stage) p.set_id
        from tablelore.pointer p
        where p.repo = ${repo} and p.as_of <= ${asOf} and p.table_id >= ${from}
          and (${tables}::text[] is null or p.table_id = any(${tables}))
        order by p.table_id, p.stage, p.as_of desc
      ) state join tablelore.claim_set s on s.id = state.set_id, unnest(s.claims) as u(id)
    )`;
  const query = filter.superseded
    ? sql<ClaimData & { superseded: boolean }>`
    with ${held}
    select ${columns}, held.id is null as superseded
    from tablelore.claim c left join held using (id)
    where c.repo = ${repo} and c.table_id >= ${from} and (${tables}::text[] is null or c.table_id = any(${tables})) and ${fits}
    order by c.table_id, c.id limit ${limit}`
    : sql<ClaimData & { superseded: boolean }>`
    with ${held}
    select ${columns}, false as superseded
    from held join tablelore.claim c using (id)
    where ${fits}
    order by c.table_id, c.id limit ${limit}`;
  const { rows } = await query.execute(db);
  return rows.map(({ superseded, ...claim }) => ({ claim: asClaim(claim), superseded }));
}

/** How many claims hold as of a date: rows of field, origin and count. */
export async function countClaims(
  db: Database,
  repo: string,
  asOf: string,
): Promise<{ field: ClaimField; origin: Origin; count: number }[]> {
  const { rows } = await sql<{ field: ClaimField; origin: Origin; count: number }>`
    with state as (
      select distinct on (p.table_id, p.stage) p.set_id
      from tablelore.pointer p
      where p.repo = ${repo} and p.as_of <= ${asOf}
      order by p.table_id, p.stage, p.as_of desc
    ), held as (
      select distinct u.id from state join tablelore.claim_set s on s.id = state.set_id, unnest(s.claims) as u(id)
    )
    select c.field, c.origin, count(*) as count
    from held join tablelore.claim c using (id)
    group by c.field, c.origin order by c.field, c.origin`.execute(db);
  return rows;
}

function asClaim({ steps, ...claim }: ClaimData): Claim {
  return (steps === null ? claim : { ...claim, steps }) as Claim;
}
