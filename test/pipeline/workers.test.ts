/** Several worker processes, each with its queues, against one Temporal server and one database. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { RunSummary } from '../../activities/contract.ts';
import { reservePort } from '../../cli/services/free-port.ts';
import { deploymentName } from '../../cli/worker/deployment.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { createWorld, type World } from '../support/pipeline.ts';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import {
  killWorkers,
  placeWorkflows,
  startWorkerProcess,
  withShortTimeouts,
} from '../support/worker-process.ts';

const metrics = await reservePort(9464);
const metricsPort = metrics.port;
after(() => metrics.release());
afterEach(killWorkers);
const night = '2026-10-06';

async function world(): Promise<World> {
  const made = await createWorld({ worker: false, configure: (config) => void (config.repos[0].logs = []) });
  await sql`insert into tablelore.setting (name, value) values ('person_salt', 'salt')`.execute(made.db);
  return made;
}

const run = async (world: World, asOf: string): Promise<RunSummary | undefined> =>
  ((await (await world.start('nightly', { asOf })).result()) as RunSummary[])[0];

let undisturbed: Record<string, readonly string[]>;

test('one worker that takes all queues runs a night and serves metrics of it', async () => {
  const calm = await world();
  const worker = await startWorkerProcess(calm, ['--metrics', `127.0.0.1:${metricsPort}`]);
  assert.equal((await run(calm, night))?.outcome, 'published');
  undisturbed = await canonicalDump(calm.db);

  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const value = (pattern: RegExp) => Number(new RegExp(`^${pattern.source} ([\\d.e+]+)$`, 'm').exec(text)?.[1]);
  assert.ok(value(/tablelore_units_total\{[^}]*result="done"[^}]*stage="parse"[^}]*\}/) > 50, text);
  assert.ok(value(/tablelore_units_total\{[^}]*result="done"[^}]*stage="render"[^}]*\}/) > 40);
  assert.equal(value(/tablelore_runs_total\{[^}]*outcome="published"[^}]*\}/), 1);
  assert.ok(value(/tablelore_embedding_texts_total\{[^}]*\}/) > 40);
  assert.ok(value(/tablelore_last_good_night_timestamp_seconds\{[^}]*\}/) > 1_700_000_000);
  assert.match(text, /^temporal_activity_execution_latency_seconds_count\{/m);
  assert.equal(await worker.end('SIGTERM'), 0);
}); // prettier-ignore

test('two workers with different queues carry a night; one is killed and replaced, and the rows are the same', async () => {
  const shared = await world();
  const apart = { ...shared, dir: mkdtempSync(join(tmpdir(), 'tablelore-second-')) };
  await placeWorkflows(shared, withShortTimeouts);
  const still = await startWorkerProcess(shared, ['--queues', 'static']);
  const handle = await shared.start('nightly', { asOf: night });
  const embedding = () => sql`select 1 from tablelore.work_item where stage = 'embed' limit 1`.execute(shared.db);
  while ((await embedding()).rows.length === 0) await sleep(50);
  assert.equal((await handle.describe()).status.name, 'RUNNING', 'nobody takes what there is to embed');

  const killed = await startWorkerProcess(apart, ['--queues', 'model,embed']);
  await killed.end('SIGKILL');
  const other = await startWorkerProcess(apart, ['--queues', 'embed']);
  const [summary] = (await handle.result()) as RunSummary[];
  assert.equal(summary?.outcome, 'published');
  assert.deepEqual(dumpDifferences(undisturbed, await canonicalDump(shared.db)), []);
  assert.deepEqual([await other.end('SIGTERM'), await still.end('SIGTERM')], [0, 0]);
}); // prettier-ignore

test('a run that is cancelled while a server keeps it waiting ends within seconds', async (t) => {
  const model = await startScriptedModelServer({ otherwise: () => ({ hang: true }) });
  const waiting = await world();
  const worker = await startWorkerProcess(waiting, [], {
    OPENAI_API_KEY: model.apiKey,
    OPENAI_BASE_URL: model.baseUrl,
  });
  const handle = await waiting.start('nightly', { asOf: night });
  await model.received(1);
  // By its second heartbeat, a chunk is one whose heartbeats are held back.
  await sleep(11_000);
  const began = Date.now();
  await handle.cancel();
  await assert.rejects(handle.result());
  t.diagnostic(`${((Date.now() - began) / 1_000).toFixed(1)} s`);
  assert.ok(Date.now() - began < 20_000);
  assert.equal(await worker.end('SIGTERM'), 0);
  await model.close();
});

test('a worker that is told to end hands its chunks over at once, and the night ends elsewhere', async () => {
  const moved = await world();
  const first = await startWorkerProcess(moved);
  const handle = await moved.start('nightly', { asOf: night });
  const parsing = () => sql`select 1 from tablelore.facts limit 1`.execute(moved.db);
  while ((await parsing()).rows.length === 0) await sleep(20);
  const began = Date.now();
  assert.equal(await first.end('SIGTERM'), 0);
  assert.ok(Date.now() - began < 25_000);
  const second = await startWorkerProcess(moved);
  const [summary] = (await handle.result()) as RunSummary[];
  assert.equal(summary?.outcome, 'published');
  assert.deepEqual(dumpDifferences(undisturbed, await canonicalDump(moved.db)), []);
  const { events } = await handle.fetchHistory();
  const silent = events?.filter((event) => event.activityTaskTimedOutEventAttributes) ?? [];
  assert.equal(silent.length, 0, 'no chunk had to be missed first');
  await second.end('SIGTERM');
}); // prettier-ignore

// Before the versions: once a queue has a current version, the server gives its tasks to no other worker.
test('a worker without versions makes one table fresh', async () => {
  const plain = await world();
  const worker = await startWorkerProcess(plain);
  assert.equal((await run(plain, '2026-09-28'))?.outcome, 'published');
  const one = await plain.start('enrichTable', { table: 'finance.invoices', asOf: '2026-09-28' });
  assert.equal(((await one.result()) as RunSummary).outcome, 'unchanged');
  await worker.end('SIGTERM');
});

test('a versioned worker gets no task until its version is promoted; then runs keep to their version or move on', async () => {
  const versioned = await world();
  const first = await startWorkerProcess(versioned, ['--versioned'], { TABLELORE_BUILD_ID: 'one' });
  const handle = await versioned.start('nightly', { asOf: '2026-09-28' });
  await sleep(1_500);
  assert.equal((await handle.fetchHistory()).events?.some((event) => event.workflowTaskStartedEventAttributes), false); // prettier-ignore
  const second = await startWorkerProcess(versioned, ['--promote'], { TABLELORE_BUILD_ID: 'two' });
  const [summary] = (await handle.result()) as RunSummary[];
  assert.equal(summary?.outcome, 'published');
  const versionOf = async (id: string) => {
    const { raw } = await versioned.client.workflow.getHandle(id).describe();
    const info = raw.workflowExecutionInfo?.versioningInfo;
    return [info?.deploymentVersion?.deploymentName, info?.deploymentVersion?.buildId, Number(info?.behavior)];
  };
  assert.deepEqual(await versionOf(handle.workflowId), [deploymentName, 'two', 2], 'moves on');
  const one = await versioned.start('enrichTable', { table: 'finance.invoices', asOf: '2026-09-28' });
  await one.result();
  assert.deepEqual(await versionOf(one.workflowId), [deploymentName, 'two', 1], 'pinned');
  await Promise.all([first.end('SIGTERM'), second.end('SIGTERM')]);
}); // prettier-ignore

test('a worker with a newer database that broke with its version does not start', async () => {
  const newer = await world();
  await sql`insert into tablelore.migration (name, breaking) values ('9001-breaks', true)`.execute(newer.db);
  await assert.rejects(startWorkerProcess(newer), /changed by a newer version \(9001-breaks\)/);
});
