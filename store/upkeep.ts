import { sql } from 'kysely';
import type { Database } from './database.ts';

/**
 * Frees the space of dead rows and refreshes what the planner knows. A server of its own does so by itself, the embedded database never: there it is
 * part of every night. Takes seconds; must not be called in a transaction.
 */
export async function vacuum(db: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select format('tablelore.%I', tablename) as name from pg_tables where schemaname = 'tablelore' order by 1`.execute(
    db,
  );
  await sql.raw(`vacuum (analyze) ${rows.map((row) => row.name).join(', ')}`).execute(db);
}

/** Bytes that each table takes with its indexes, largest first. */
export async function tableSizes(db: Database): Promise<{ table: string; bytes: number }[]> {
  const { rows } = await sql<{ table: string; bytes: number }>`
    select tablename as "table", pg_total_relation_size(format('tablelore.%I', tablename)::regclass) as bytes
    from pg_tables where schemaname = 'tablelore' order by bytes desc, tablename`.execute(db);
  return rows;
}
