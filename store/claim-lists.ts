/** Lists of claims: what one set says, in one row. */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { claimId } from '../knowledge/claim-id.ts';
import type { Claim, ClaimField, NewClaim } from '../schema/contracts/claims.ts';
import type { Database } from './database.ts';
import { jsonBatches, packJson, recordset, slices, toJson, unpack } from './json.ts';

/** A list of claims, named by their ids: a list that is stored already stays as it is. */
export interface ClaimList {
  readonly hash: string;
  readonly ids: readonly string[];
  readonly claims: readonly NewClaim[];
}

/** Fields of the claims that are stored apart: they are nearly all claims, and most questions are not about them. */
const columnFields: readonly ClaimField[] = ['column', 'column_lineage'];
const isOfColumn = ({ field }: NewClaim): boolean => columnFields.includes(field);

export function claimList(claims: readonly NewClaim[]): ClaimList {
  const ids = claims.map(claimId);
  // As Postgres writes `uuid[]`, of which older lists were named.
  const written = ids.map((id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  return {
    hash: createHash('md5')
      .update(`{${written.join(',')}}`)
      .digest('hex'),
    ids,
    claims,
  };
}

/** Called by `saveStageResults`, within its transaction. */
export async function saveLists(trx: Database, lists: readonly ClaimList[]): Promise<void> {
  const distinct = new Map(lists.map((list) => [list.hash, list]));
  const known = await knownHashes(trx, [...distinct.keys()]);
  // In one order for all, so that two writers of the same rows wait for each other instead of deadlocking.
  const hashes = [...distinct.keys()].filter((hash) => !known.has(hash)).sort();
  for (const batch of jsonBatches(rowsOf(hashes, distinct))) {
    await sql`
      insert into tablelore.claim_list (hash, ids, counts, upstream, upstream_kinds, body, columns)
      select r.hash, r.ids, r.counts, r.upstream, r.kinds, decode(r.body, 'base64'), decode(r.columns, 'base64')
      from ${recordset(batch, 'r', 'hash text, ids uuid[], counts jsonb, upstream text[], kinds text[], body text, columns text')}
      on conflict (hash) do nothing`.execute(trx);
  }
}

/** One row at a time: packed, and forgotten once it is sent. */
function* rowsOf(hashes: readonly string[], lists: ReadonlyMap<string, ClaimList>) {
  for (const hash of hashes) {
    const { ids, claims } = lists.get(hash) as ClaimList;
    const columns = claims.filter(isOfColumn);
    const others = claims.filter((claim) => !isOfColumn(claim));
    const idsOf = (wanted: boolean) =>
      ids.filter((_, index) => isOfColumn(claims[index] as NewClaim) === wanted);
    const upstream = claims.flatMap((claim) => (claim.field === 'upstream' ? [claim.value] : []));
    yield {
      hash,
      ids: [...idsOf(false), ...idsOf(true)],
      counts: countsOf(ids, claims),
      upstream: upstream.map(({ table }) => table),
      kinds: upstream.map(({ kind }) => kind ?? 'reads'),
      body: packJson(toJson(others)),
      columns: columns.length === 0 ? null : packJson(toJson(columns)),
    };
  }
}

async function knownHashes(db: Database, hashes: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const some of slices(hashes)) {
    const rows = await db
      .selectFrom('tablelore.claim_list')
      .select('hash')
      .where('hash', '=', sql<string>`any(${[...some]}::text[])`)
      .execute();
    for (const { hash } of rows) known.add(hash);
  }
  return known;
}

/** Field → origin → number of different claims. */
function countsOf(
  ids: readonly string[],
  claims: readonly NewClaim[],
): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  const seen = new Set<string>();
  for (const [index, { field, origin }] of claims.entries()) {
    const id = ids[index] as string;
    if (seen.has(id)) continue;
    seen.add(id);
    const origins = (counts[field] ??= {});
    origins[origin] = (origins[origin] ?? 0) + 1;
  }
  return counts;
}

/** SQL: what `readList` needs of list `l`, for claims of these fields; null: all. */
export function listColumns(fields: readonly ClaimField[] | null): RawBuilder<unknown> {
  const columns = fields === null || fields.some((field) => columnFields.includes(field));
  return sql`l.ids, l.body, ${columns ? sql`l.columns` : sql`null::bytea`} as columns`;
}

export interface ListRow {
  /** As Postgres writes them. */
  readonly ids: readonly string[];
  readonly body: Buffer;
  readonly columns: Buffer | null;
}

/** Those about columns last. */
export function readList({ ids, body, columns }: ListRow): Claim[] {
  const claims = [body, columns].flatMap((part) => (part === null ? [] : (unpack(part) as NewClaim[])));
  return claims.map((claim, index) => ({ id: (ids[index] as string).replaceAll('-', ''), ...claim }));
}
