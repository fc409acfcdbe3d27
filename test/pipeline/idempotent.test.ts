import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { emptyReading } from '../support/empty-reading.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { mainQueue } from '../../workflows/queues.ts';
import { activityNames, createWorld, repo, type WorldOptions } from '../support/pipeline.ts';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const model = await startScriptedModelServer({ otherwise: () => ({ answer: emptyReading }) });
const receiver = await startReceiver();
after(() => {
  receiver.close();
  return model.close();
});

/** Two nights with a change between them, one table made fresh, one dry run: every activity has work. */
async function nights(around?: WorldOptions['around']) {
  const world = await createWorld({
    model,
    ...(around ? { around } : {}),
    configure: (config) => {
      config.notify = { webhook: receiver.url, on: ['published'] };
      config.model = {
        name: 'gpt-test',
        requestsPerMinute: 100_000,
        tokensPerMinute: 1_000_000_000,
        tablesPerNight: 6,
      };
    },
  });
  await world.night({ asOf: '2026-09-30' });
  await world.night({ asOf: '2026-10-01' });
  await (
    await world.start('enrichTable', { table: 'marts.fct_orders', asOf: '2026-10-01', force: true })
  ).result();
  await (await world.start('backfill', { from: '2026-10-01', to: '2026-10-02', dryRun: true })).result();
  await world.client.workflow.execute('watch', { workflowId: `watch-${Date.now()}`, taskQueue: mainQueue, args: [{ repo }] }); // prettier-ignore
  return canonicalDump(world.db);
}

test('every activity that runs twice, as after a lost acknowledgement, leaves the same rows', async () => {
  const once = await nights();
  const ran = new Set<string>();
  const twice = await nights(async (name, _args, run) => {
    ran.add(name);
    await run();
    return run();
  });
  assert.deepEqual(activityNames().filter((name) => !ran.has(name)), []); // prettier-ignore
  assert.deepEqual(dumpDifferences(once, twice), []);
});
