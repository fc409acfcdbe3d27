import { sql } from 'kysely';
import type { Database } from './database.ts';
import { missingSteps } from './migrate.ts';

export interface DatabaseHealth {
  /** "PostgreSQL 17.5". */
  readonly server: string;
  /** Version of pgvector; null: the extension is not installed in this database. */
  readonly vector: string | null;
  /** Whether this server could install it. */
  readonly vectorAvailable: boolean;
  /** Names of the migrations that are not applied. */
  readonly missing: readonly string[];
  /** Bytes on disk. */
  readonly size: number;
}

/** Changes nothing. Throws what the driver throws when the database cannot be reached. */
export async function databaseHealth(db: Database): Promise<DatabaseHealth> {
  const { rows } = await sql<Omit<DatabaseHealth, 'missing'>>`
    select 'PostgreSQL ' || current_setting('server_version') as server,
      (select extversion from pg_extension where extname = 'vector') as vector,
      exists (select from pg_available_extensions where name = 'vector') as "vectorAvailable",
      pg_database_size(current_database()) as size`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The database answered nothing.');
  return { ...row, missing: (await missingSteps(db)).map(({ name }) => name) };
}
