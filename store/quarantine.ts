import type { Database } from './database.ts';
import { storableText } from './json.ts';

/** A table that a stage gave up on in one run. */
export interface Quarantined {
  readonly table: string;
  readonly stage: string;
  readonly error: string;
}

/** The last error of a table's stage counts. */
export async function addQuarantine(db: Database, run: string, item: Quarantined): Promise<void> {
  const error = storableText(item.error);
  await db
    .insertInto('tablelore.quarantine')
    .values({ run, table_id: item.table, stage: item.stage, error })
    .onConflict((on) => on.columns(['run', 'table_id', 'stage']).doUpdateSet({ error }))
    .execute();
}

export async function listQuarantine(db: Database, run: string): Promise<Quarantined[]> {
  return db
    .selectFrom('tablelore.quarantine')
    .select(['table_id as table', 'stage', 'error'])
    .where('run', '=', run)
    .orderBy('table_id')
    .orderBy('stage')
    .execute();
}
