import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset } from './json.ts';

export interface WorkItem<Payload = unknown> {
  /** Position in the list, from 0. */
  readonly ordinal: number;
  readonly key: string;
  readonly payload: Payload;
}

/**
 * Freezes the list of work of a run's stage, in the order given. A list that is frozen already stays as it is: a second attempt works on the first
 * one's list. Returns the number of items of the list that counts.
 */
export async function freezeWork(
  db: Database,
  run: string,
  stage: string,
  items: readonly { readonly key: string; readonly payload: unknown }[],
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const frozen = await trx
      .selectFrom('tablelore.work_item')
      .select((row) => row.fn.countAll<number>().as('items'))
      .where('run', '=', run)
      .where('stage', '=', stage)
      .executeTakeFirstOrThrow();
    if (frozen.items > 0) return frozen.items;
    const rows = items.map((item, ordinal) => ({ ordinal, key: item.key, payload: item.payload ?? null }));
    for (const batch of jsonBatches(rows)) {
      await sql`
        insert into tablelore.work_item (run, stage, ordinal, key, payload)
        select ${run}, ${stage}, r.ordinal, r.key, coalesce(r.payload, 'null'::jsonb)
        from ${recordset(batch, 'r', 'ordinal int, key text, payload jsonb')}
        on conflict do nothing`.execute(trx);
    }
    return items.length;
  });
}

/** The next `limit` items after a position; -1 for the first ones. */
export async function readWork<Payload = unknown>(
  db: Database,
  run: string,
  stage: string,
  afterOrdinal: number,
  limit: number,
): Promise<WorkItem<Payload>[]> {
  const rows = await db
    .selectFrom('tablelore.work_item')
    .select(['ordinal', 'key', 'payload'])
    .where('run', '=', run)
    .where('stage', '=', stage)
    .where('ordinal', '>', afterOrdinal)
    .orderBy('ordinal')
    .limit(limit)
    .execute();
  return rows as WorkItem<Payload>[];
}

/** Forgets the work lists of a run that ended. */
export async function dropWork(db: Database, run: string): Promise<void> {
  await db.deleteFrom('tablelore.work_item').where('run', '=', run).execute();
}
