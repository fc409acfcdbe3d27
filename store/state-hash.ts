import { sql } from 'kysely';
import type { Database } from './database.ts';
import { stateAt } from './state-at.ts';

/**
 * Names the sets that all tables point at as of the end of the night of `asOf`: two dates with the same name differ in no table and no stage. A sum of 64-bit
 * hashes of the rows, beside their number.
 */
export async function stateHash(db: Database, repo: string, asOf: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select concat(count(*), ' ', coalesce(sum(hashtextextended(concat(stage, ' ', table_id), set_id)), 0)) as name
    from (${stateAt(repo, asOf)}) as state where set_id is not null`.execute(db);
  return rows[0]?.name ?? '';
}
