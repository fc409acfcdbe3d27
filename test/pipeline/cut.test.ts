/** A worker whose lines to the database and to the Temporal server are cut for a while in the middle of a night. `bench/faults.ts --cuts` does so for longer. */
import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { RunSummary } from '../../activities/contract.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { createWorld, type World } from '../support/pipeline.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { killWorkers, startWorkerProcess } from '../support/worker-process.ts';

afterEach(killWorkers);
const cutMs = 3_000;

async function world(): Promise<World> {
  const made = await createWorld({ worker: false, configure: (config) => void (config.repos[0].logs = []) });
  await sql`insert into tablelore.setting (name, value) values ('person_salt', 'salt')`.execute(made.db);
  return made;
}

async function night(world: World): Promise<string | undefined> {
  const handle = await world.start('nightly', { asOf: '2026-10-06' });
  return ((await handle.result()) as RunSummary[])[0]?.outcome;
}

/** Something of the stage is stored. */
async function reached(world: World, table: string): Promise<void> {
  const found = () => sql`select 1 from ${sql.table(`tablelore.${table}`)} limit 1`.execute(world.db);
  while ((await found()).rows.length === 0) await sleep(20);
}

let undisturbed: Record<string, readonly string[]>;

test('a night whose worker has good lines', async () => {
  const calm = await world();
  const worker = await startWorkerProcess(calm);
  assert.equal(await night(calm), 'published');
  undisturbed = await canonicalDump(calm.db);
  await worker.end('SIGTERM');
});

for (const how of ['silent', 'broken'] as const)
  test(`a night whose lines are ${how} for ${cutMs / 1_000} seconds each ends with the same rows`, async () => {
    const cut = await world();
    const databaseUrl = new URL(cut.databaseUrl);
    const [host = '', temporalPort] = cut.temporalAddress.split(':');
    const database = await startTcpProxy(Number(databaseUrl.port));
    const temporal = await startTcpProxy(Number(temporalPort));
    databaseUrl.port = String(database.port);
    const temporalAddress = `${host}:${temporal.port}`;
    const worker = await startWorkerProcess({ ...cut, databaseUrl: databaseUrl.href, temporalAddress });
    const outcome = night(cut);
    for (const [line, stage] of [
      [database, 'facts'],
      [temporal, 'claim_set'],
    ] as const) {
      await reached(cut, stage);
      line.cut(how);
      await sleep(cutMs);
      line.mend();
    }
    assert.equal(await outcome, 'published');
    assert.deepEqual(dumpDifferences(undisturbed, await canonicalDump(cut.db)), []);
    await worker.end('SIGTERM');
    for (const line of [database, temporal]) await line.close();
  });
