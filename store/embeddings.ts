import { createHash } from 'node:crypto';
import { toSql } from 'pgvector';
import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset, slices } from './json.ts';
import { lockSchema } from './migrate.ts';

/** Those of the texts that have no vector of the model yet, in the order given, each once. */
export async function missingEmbeddings(
  db: Database,
  model: string,
  textHashes: readonly string[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const some of slices([...new Set(textHashes)])) {
    const { rows } = await sql<{ hash: string }>`
      select h.hash from unnest(${[...some]}::text[]) with ordinality as h(hash, place)
      where not exists (select from tablelore.embedding e where e.text_hash = h.hash and e.model = ${model})
      order by h.place`.execute(db);
    missing.push(...rows.map((row) => row.hash));
  }
  return missing;
}

/** Stores vectors; one that is there already stays. All vectors of one model have one length. */
export async function saveEmbeddings(
  db: Database,
  model: string,
  rows: readonly { readonly textHash: string; readonly vector: readonly number[] }[],
): Promise<void> {
  const texts = rows.map(({ textHash, vector }) => ({ textHash, vector: vectorText(vector) }));
  await inTransaction(db, async (trx) => {
    for (const batch of jsonBatches(texts)) {
      await sql`
        insert into tablelore.embedding (text_hash, model, embedding)
        select r."textHash", ${model}, r.vector::halfvec
        from ${recordset(batch, 'r', '"textHash" text, vector text')}
        order by r."textHash"
        on conflict do nothing`.execute(trx);
    }
  });
}

/**
 * Creates the model's vector index unless it is there. Cheapest after the first vectors were stored. `dimensions`: 1 to 4,000; fails when the model
 * has vectors of another length.
 */
export async function ensureVectorIndex(db: Database, model: string, dimensions: number): Promise<void> {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 4_000) {
    throw new RangeError(`A vector index takes 1 to 4000 dimensions, not ${dimensions}.`);
  }
  const type = indexedType(dimensions);
  const name = `embedding_${createHash('sha256').update(`${model} ${type}`).digest('hex').slice(0, 16)}`;
  await inTransaction(db, async (trx) => {
    const { rows } =
      await sql`select from pg_indexes where schemaname = 'tablelore' and indexname = ${name}`.execute(trx);
    if (rows.length > 0) return;
    await lockSchema(trx);
    // The graph of 100,000 vectors of 768 dimensions takes some 400 MB; what does not fit is built far more slowly.
    await sql`set local maintenance_work_mem = '512MB'`.execute(trx);
    await sql`create index if not exists ${sql.ref(name)} on tablelore.embedding
      using hnsw ((embedding::${sql.raw(type)}) ${sql.raw(type.replace(/\(.*/, '_cosine_ops'))})
      where model = ${sql.lit(model)}`.execute(trx);
  });
}

/**
 * The type under which vectors are compared and indexed. They are stored as half floats, but the embedded database compares whole ones ten times as
 * fast; an index takes those up to 2,000 dimensions only.
 */
export function indexedType(dimensions: number): string {
  return `${dimensions <= 2_000 ? 'vector' : 'halfvec'}(${dimensions})`;
}

/** A vector as pgvector writes it. */
export function vectorText(vector: readonly number[]): string {
  return toSql([...vector]) as string;
}
