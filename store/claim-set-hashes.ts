import { sql } from 'kysely';
import type { Database } from './database.ts';
import { slices } from './json.ts';

/** A hash of the claims of each set, whatever they were made from: sets that say the same have the same. Ids that do not exist are absent. */
export async function claimHashes(db: Database, setIds: readonly number[]): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const some of slices(setIds)) {
    const rows = await db
      .selectFrom('tablelore.claim_set')
      .select(['id', 'claim_list as hash'])
      .where('id', '=', sql<number>`any(${[...some]}::bigint[])`)
      .execute();
    for (const row of rows) found.set(row.id, row.hash);
  }
  return found;
}
