/**
 * Records histories of each workflow for the replay tests: `node test/replay/record.ts RELEASE`, then the same with `continued`, which records a night that continues as
 * new, and with `steered`, which records a backfill that is paused and a night that is cancelled. Recorded are those of the workflows as they are; replaying older ones with newer workflows is the point of them, so a file is only added (a new name for each
 * release), never replaced.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { pauseSignal, progressQuery, resumeSignal, speedSignal } from '../../workflows/messages.ts';
import { createWorld, runsOf, type Around, type World } from '../support/pipeline.ts';
import { historyAsJson, withShortRuns } from './history.ts';

const folder = join(import.meta.dirname, '../../fixtures/histories');
const [release = '0.2.0', variant = 'whole'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

async function save(name: string, handle: WorkflowHandle): Promise<void> {
  const path = join(folder, `${name}-${release}.json`);
  if (existsSync(path))
    throw new Error(`${path} is there already: give the name of the release as argument.`);
  writeFileSync(path, historyAsJson(await handle.fetchHistory()));
}

/** What happens when a run comes to its stage of query logs. */
let inTheMiddle: (() => Promise<void>) | null = null;
const around: Around = async (name, _args, run) => {
  if (name === 'observe') await inTheMiddle?.();
  return run();
};

async function record(
  world: World,
  name: string,
  workflow: 'nightly' | 'enrichTable' | 'backfill',
  input: object,
  disturb?: (handle: WorkflowHandle) => Promise<void>,
) {
  const handle = await world.start(workflow, input, `${name}-recorded`);
  inTheMiddle = disturb ? () => disturb(handle) : null;
  await handle.result().catch(() => {});
  await save(name, handle);
}

/** When the stage that was under way has ended, and the pause holds the next one up. */
async function goOn(handle: WorkflowHandle): Promise<void> {
  const isHeldUp = async () =>
    (await handle.query(progressQuery)).stages.some(({ stage, state }) => stage === 'observe' && state === 'done'); // prettier-ignore
  while (!(await isHeldUp())) await sleep(200);
  await sleep(1_000);
  await handle.signal(speedSignal, 2);
  await handle.signal(resumeSignal);
}

const recordings: Readonly<Record<string, () => Promise<void>>> = {
  async whole() {
    const world = await createWorld();
    await record(world, 'nightly', 'nightly', { asOf: '2026-09-30' });
    const table = 'staging.stg_shop__orders';
    await record(world, 'enrichTable', 'enrichTable', { table, asOf: '2026-09-30', force: true });
    await record(world, 'backfill', 'backfill', { from: '2026-09-28', to: '2026-09-29' });
  },
  async steered() {
    const world = await createWorld({ around });
    await world.night({ asOf: '2026-09-30' });
    const night = { from: '2026-09-30', to: '2026-09-30', layers: ['observe'] };
    await record(world, 'backfill-paused', 'backfill', night, async (handle) => {
      inTheMiddle = null;
      await handle.signal(pauseSignal);
      void goOn(handle);
    });
    await record(world, 'nightly-cancelled', 'nightly', { asOf: '2026-10-01' }, (handle) =>
      handle.cancel().then(() => {}),
    );
  },
  async continued() {
    const world = await createWorld({ workflows: withShortRuns });
    const handle = await world.start('nightly', { asOf: '2026-09-30' }, 'nightly-recorded');
    await handle.result();
    const runs = await runsOf(world, handle);
    for (const [name, runId] of [
      ['first', runs[0]],
      ['last', runs.at(-1)],
    ] as const)
      await save(`nightly-continued-${name}`, world.client.workflow.getHandle(handle.workflowId, runId));
  },
};

test('record', () => recordings[variant]?.());
