/** Values that all workers on one database share. */
import { randomBytes } from 'node:crypto';
import { inTransaction, type Database } from './database.ts';

/** The secret that turns user names of query logs into keys; made by whoever asks first. */
export async function personSalt(db: Database): Promise<string> {
  return inTransaction(db, async (trx) => {
    const fresh = randomBytes(24).toString('base64url');
    await trx
      .insertInto('tablelore.setting')
      .values({ name: 'person_salt', value: fresh })
      .onConflict((on) => on.doNothing())
      .execute();
    const row = await trx
      .selectFrom('tablelore.setting')
      .select('value')
      .where('name', '=', 'person_salt')
      .executeTakeFirstOrThrow();
    return row.value;
  });
}
