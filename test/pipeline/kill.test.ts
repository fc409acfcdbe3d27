import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { RunSummary } from '../../activities/contract.ts';
import { withShortRuns } from '../replay/history.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { createWorld, lastDay, runsOf, type World } from '../support/pipeline.ts';
import {
  killWorkers,
  placeWorkflows,
  startWorkerProcess,
  withShortTimeouts,
} from '../support/worker-process.ts';

afterEach(killWorkers);

/** A silent worker is taken for dead within seconds, and a run continues as new after a few events. */
async function world(): Promise<World> {
  const made = await createWorld({ worker: false });
  await placeWorkflows(made, (code) => withShortRuns(withShortTimeouts(code)));
  await sql`insert into tablelore.setting (name, value) values ('person_salt', 'salt')`.execute(made.db);
  return made;
}

/** Moments in a night: something of the stage is in the database, and the stage has not ended. */
const moments: Readonly<Record<string, string>> = {
  parse: `select from tablelore.facts`,
  derive: `select from tablelore.pointer where stage = 'derive'`,
  observe: `select from tablelore.log_file`,
  embed: `select from tablelore.embedding`,
};

async function reached(world: World, stage: string, ended: () => boolean): Promise<boolean> {
  while (!ended()) {
    const { rows } = await sql
      .raw(
        `select 1 as here where exists (${moments[stage]}) and not exists (select from tablelore.run_stage where stage = '${stage}')`,
      )
      .execute(world.db);
    if (rows.length > 0) return true;
    await sleep(15);
  }
  return false;
}

test('a night whose worker is killed again and again ends with the rows of an undisturbed one', async (t) => {
  const calm = await world();
  let worker = await startWorkerProcess(calm);
  await calm.night();
  await worker.end('SIGTERM');
  const expected = await canonicalDump(calm.db);

  const rough = await world();
  worker = await startWorkerProcess(rough);
  const handle = await rough.start('nightly', { asOf: lastDay });
  let done = false;
  const result = (handle.result() as Promise<RunSummary[]>).finally(() => (done = true));
  const killed: string[] = [];
  for (const stage of Object.keys(moments)) {
    if (!(await reached(rough, stage, () => done))) continue;
    await worker.end('SIGKILL');
    killed.push(stage);
    worker = await startWorkerProcess(rough);
  }
  const [summary] = await result;
  await worker.end('SIGTERM');
  t.diagnostic(`killed in ${killed.join(', ')}`);
  assert.ok(killed.length >= 3, `killed in ${killed.join(', ')} only`);
  assert.equal(summary?.outcome, 'published');
  assert.ok((await runsOf(rough, handle)).length > 1, 'it was never continued as new');
  assert.deepEqual(dumpDifferences(expected, await canonicalDump(rough.db)), []);
});
