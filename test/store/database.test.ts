import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { inTransaction } from '../../store/database.ts';
import { withDatabases } from '../support/databases.ts';

withDatabases('a connection that the server ends between two statements fails the next one, and nothing else', async ({ db, kind }) => {
  if (kind === 'pglite') return;
  const lost = inTransaction(db, async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(db);
    // The news of its end comes while nobody waits for an answer.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sql`select 1`.execute(trx);
  });
  await assert.rejects(lost);
  assert.deepEqual((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }]);
}); // prettier-ignore
