import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { sql } from 'kysely';
import { applyWatchSchedule, watchScheduleId } from '../../cli/watch-schedule.ts';
import { throwIfOverdue } from '../../cli/overdue.ts';
import { noticeSchema, type Notice } from '../../schema/contracts/notice.ts';
import { mainQueue } from '../../workflows/queues.ts';
import { createWorld, repo } from '../support/pipeline.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const receiver = await startReceiver();
after(() => receiver.close());
const world = await createWorld({
  configure: (config) => {
    config.repos[0].logs = [];
    config.notify = {
      webhook: receiver.url,
      on: ['failed', 'skipped', 'overdue', 'published'],
      timeoutSeconds: 1,
    };
  },
});
const asOf = '2026-09-28';
const told = (status: number): Notice[] =>
  receiver.received
    .filter((one) => one.status === status)
    .map(({ body }) => noticeSchema.parse(JSON.parse(body)));

test('a published night is told of, after the receiver failed and was silent, and the night did not wait for it', async () => {
  receiver.answer(500, 'silence');
  const report = await world.night({ asOf });
  assert.equal(report.outcome, 'published');
  assert.equal(told(204).length, 0);
  await receiver.until(204, 1);
  const [notice] = told(204);
  assert.deepEqual(
    [notice?.event, notice?.repo, notice?.asOf, notice?.run, notice?.tables],
    ['published', repo, asOf, report.run, report.tables],
  );
  assert.deepEqual(receiver.received.map(({ status }) => status), [500, 0, 204]); // prettier-ignore
});

test('a night that cannot begin is told of; one that changes nothing is not', async () => {
  assert.equal((await world.night({ asOf })).outcome, 'unchanged');
  await assert.rejects((await world.start('nightly', { asOf: '2000-01-01' })).result());
  await receiver.until(204, 2);
  const last = told(204).at(-1);
  assert.deepEqual([last?.event, last?.asOf, last?.changes], ['failed', '2000-01-01', null]);
});

test('overdue nights are told of once a day, and end the status command with an error', async () => {
  await throwIfOverdue(world.db, [repo], 26);
  const watch = async (id: string) =>
    (await world.client.workflow.execute('watch', { workflowId: id, taskQueue: mainQueue, args: [{ repo }] })) as { words: string }; // prettier-ignore
  assert.match((await watch('watch-1')).words, /0\.0 hours old$/);
  await sql`update tablelore.run set ended_at = now() - interval '30 hours'`.execute(world.db);
  assert.match((await watch('watch-2')).words, /30\.0 hours old, more than 26$/);
  await watch('watch-3');
  await receiver.until(204, 3);
  await assert.rejects(throwIfOverdue(world.db, [repo], 26), /30\.0 hours old/);
  assert.deepEqual(told(204).map(({ event }) => event), ['published', 'failed', 'overdue']); // prettier-ignore
});

test('the schedule that watches is there while a webhook is to be told of overdue nights', async () => {
  const schedule = world.client.schedule.getHandle(watchScheduleId(repo));
  assert.equal(await applyWatchSchedule(world.client, world.config, repo), true);
  assert.equal(await applyWatchSchedule(world.client, world.config, repo), true);
  assert.equal((await schedule.describe()).policies.overlap, 'SKIP');
  assert.equal(await applyWatchSchedule(world.client, {}, repo), false);
  await assert.rejects(schedule.describe());
});
