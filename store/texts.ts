import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset, slices } from './json.ts';

/** A text that searches read. `textHash` names it: the same hash, the same text. */
export interface SearchText {
  readonly textHash: string;
  readonly text: string;
}

/** Stores texts and indexes their words (of the first 100,000 characters). */
export async function saveTexts(db: Database, texts: readonly SearchText[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const batch of jsonBatches(texts)) {
      await sql`
        insert into tablelore.search_text (text_hash, text)
        select r."textHash", r.text
        from ${recordset(batch, 'r', '"textHash" text, text text')}
        -- Words are indexed before a conflict is seen, and most texts are there already.
        where not exists (select from tablelore.search_text t where t.text_hash = r."textHash")
        order by r."textHash"
        on conflict do nothing`.execute(trx);
    }
  });
}

/** Those of the texts that are not stored. */
export async function missingTexts(db: Database, textHashes: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const some of slices([...new Set(textHashes)])) {
    const { rows } = await sql<{ hash: string }>`
      select h.hash from unnest(${[...some]}::text[]) as h(hash)
      where not exists (select from tablelore.search_text t where t.text_hash = h.hash)`.execute(db);
    missing.push(...rows.map(({ hash }) => hash));
  }
  return missing;
}

/** Texts by hash. Hashes that are not stored are absent. */
export async function readTexts(db: Database, textHashes: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const some of slices(textHashes, 1_000)) {
    const rows = await db
      .selectFrom('tablelore.search_text')
      .select(['text_hash', 'text'])
      .where('text_hash', '=', sql<string>`any(${[...some]}::text[])`)
      .execute();
    for (const row of rows) found.set(row.text_hash, row.text);
  }
  return found;
}
