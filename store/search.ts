import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { indexedType, vectorText } from './embeddings.ts';
import { inSnapshot, type EntryKind, type EntryRef } from './snapshots.ts';

export interface Hit extends EntryRef {
  /** Id of the card version; for queries, of the claim set of stage `rank`. */
  readonly version: number;
  /** Higher is better; comparable within one search only. For vectors the cosine similarity, -1 to 1. */
  readonly score: number;
}

const allKinds: readonly EntryKind[] = ['card', 'query'];

/** The entries of a snapshot whose vectors are nearest, best first. */
export async function searchVector(
  db: Database,
  repo: string,
  snapshot: number,
  model: string,
  vector: readonly number[],
  limit: number,
  kinds: readonly EntryKind[] = allKinds,
): Promise<Hit[]> {
  const type = sql.raw(indexedType(vector.length));
  const distance = sql`v.embedding::${type} <=> ${vectorText(vector)}::${type}`;
  return inTransaction(db, async (trx) => {
    // The index goes on until enough entries of the snapshot are found, not only the first few of all that were ever stored.
    await sql`set local hnsw.iterative_scan = strict_order`.execute(trx);
    await sql`set local hnsw.ef_search = ${sql.lit(Math.min(1_000, Math.max(40, limit * 2)))}`.execute(trx);
    const { rows } = await sql<Hit>`
      select e.kind, e.ref, e.version, 1 - (${distance}) as score
      from tablelore.embedding v join tablelore.search_entry e on e.text_hash = v.text_hash
      where v.model = ${sql.lit(model)} and e.repo = ${repo} and e.kind = any(${[...kinds]}::text[]) and ${inSnapshot(snapshot)}
      order by ${distance}
      limit ${limit}`.execute(trx);
    return rows;
  });
}

/**
 * The entries of a snapshot whose texts have any word of the question, best first. Words are compared by stem and as written; parts of names
 * (`fct_orders`, `shop.orders`, `orderItems`) are words. "Quoted words" count when they stand together.
 */
export async function searchText(
  db: Database,
  repo: string,
  snapshot: number,
  question: string,
  limit: number,
  kinds: readonly EntryKind[] = allKinds,
): Promise<Hit[]> {
  const { rows } = await sql<Hit>`
    select e.kind, e.ref, e.version, ts_rank_cd(t.tsv, q.query, 1) as score
    from tablelore.search_query(${question.replaceAll('\0', ' ').toWellFormed()}) as q(query)
    join tablelore.search_text t on t.tsv @@ q.query
    join tablelore.search_entry e on e.text_hash = t.text_hash
    where e.repo = ${repo} and e.kind = any(${[...kinds]}::text[]) and ${inSnapshot(snapshot)}
    order by score desc, e.ref
    limit ${limit}`.execute(db);
  return rows;
}

/**
 * Cards of a snapshot by name, without regard to case: the whole table id, or the end of one from a dot on (`orders` and `shop.orders` both find
 * `acme.shop.orders`). `given` is the name that found it.
 */
export async function exactNames(
  db: Database,
  repo: string,
  snapshot: number,
  names: readonly string[],
  limit: number,
): Promise<{ given: string; ref: string; version: number }[]> {
  const { rows } = await sql<{ given: string; ref: string; version: number }>`
    select n.given, e.ref, e.version
    from unnest(${[...names]}::text[]) as n(given)
    join tablelore.search_entry e on e.name = lower(regexp_replace(n.given, '^.*\\.', ''))
      and (lower(e.ref) = lower(n.given) or right(lower(e.ref), length(n.given) + 1) = '.' || lower(n.given))
    where e.repo = ${repo} and e.kind = 'card' and ${inSnapshot(snapshot)}
    order by length(n.given) desc, e.ref
    limit ${limit}`.execute(db);
  return rows;
}
