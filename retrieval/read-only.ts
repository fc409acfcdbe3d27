import type { Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Tables } from '../schema/tables.ts';

/** Runs `work` in a transaction that cannot write and that sees one state of the database from its first statement to its last. */
export function readOnly<T>(db: Database, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read').execute(work);
}
