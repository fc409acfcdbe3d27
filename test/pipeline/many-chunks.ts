/** A stage of very many chunks, as the largest repositories have it: its work is made up, everything around it is real. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkList } from '../../activities/contract.ts';
import { pauseSignal, progressQuery, resumeSignal, speedSignal } from '../../workflows/messages.ts';
import { runsOf, type Around, type World } from '../support/pipeline.ts';

const chunks = 200;

/** Changes the pace of a backfill of 2026-10-09 while it runs. The world's runs continue as new from 400 events on; `instead` sets what runs in place of activities. */
export async function manyChunks(
  world: World,
  instead: (around: Around) => void,
  t: TestContext,
): Promise<void> {
  let [running, most, ran] = [0, 0, 0];
  instead(async (name, _args, run) => {
    if (name === 'crawl')
      return { chunks, units: chunks, groups: [chunks / 2, chunks / 2] } satisfies WorkList;
    if (name !== 'parse') return run();
    running += 1;
    most = Math.max(most, running);
    ran += 1;
    await sleep(3);
    running -= 1;
    return { done: 1, reused: 0, failed: 0 };
  });
  const handle = await world.start('backfill', { from: '2026-10-09', to: '2026-10-09', layers: ['parse'] });
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await sleep(10);
  };
  await until(() => ran > 30 && most > 1);
  await handle.signal(speedSignal, 0);
  await handle.signal(speedSignal, 1);
  await until(async () => (await handle.query(progressQuery)).speed === 1 && running <= 1);
  most = 0;
  const slow = ran;
  await until(() => ran > slow + 10);
  assert.equal(most, 1);
  await handle.signal(pauseSignal);
  await until(async () => (await handle.query(progressQuery)).paused && running === 0);
  const paused = ran;
  await sleep(300);
  assert.equal(ran, paused);
  await handle.signal(speedSignal, 16);
  await handle.signal(resumeSignal);
  await handle.result();
  instead((_name, _args, run) => run());
  assert.equal(ran, chunks);
  const { stages, speed } = await handle.query(progressQuery);
  assert.equal(stages.find(({ stage }) => stage === 'parse')?.done, chunks);
  assert.equal(speed, 16);
  const histories: number[] = [];
  for (const runId of await runsOf(world, handle)) {
    const { events } = await world.client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    histories.push(events?.length ?? 0);
  }
  t.diagnostic(`${chunks} chunks: histories of ${histories.join(' and ')} events`);
  assert.ok(histories.length > 1 && Math.max(...histories) < 400 + 200, histories.join());
}
