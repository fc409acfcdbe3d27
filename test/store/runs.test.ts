import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { liveLeases, releaseLease, renewLease, takeLease } from '../../store/leases.ts';
import { lastNight, recordNight } from '../../store/nights.ts';
import { pointTables } from '../../store/pointers.ts';
import { addQuarantine, listQuarantine } from '../../store/quarantine.ts';
import { observedHead, recordHead } from '../../store/repos.ts';
import {
  beginRun,
  findDoneRun,
  finishRun,
  listRuns,
  readDiagnostics,
  readRun,
  readStages,
  recordStage,
  saveDiagnostics,
} from '../../store/runs.ts';
import { freezeWork, readWork } from '../../store/work-items.ts';
import { withDatabases } from '../support/databases.ts';

const run = {
  id: 'nightly/1/shop',
  workflow: 'nightly',
  repo: 'shop',
  asOf: '2025-01-01',
  commit: 'c1',
  input: { repo: 'shop' },
};

withDatabases('a night that was done before from the same inputs is found', async ({ db }) => {
  const find = (night: object) =>
    findDoneRun(db, { ...run, idBegin: 'nightly/', not: 'nightly/2/shop', inputs: 'h1', ...night });
  await beginRun(db, { ...run, input: { repo: 'shop', inputs: 'h1' } });
  assert.equal(await find({}), null);
  await finishRun(db, run.id, 'history', null);
  assert.equal(await find({}), run.id);
  for (const other of [{ inputs: 'h2' }, { idBegin: 'other/' }, { not: run.id }, { asOf: '2025-01-02' }])
    assert.equal(await find(other), null);
});

withDatabases('a run that begins twice is one run', async ({ db }) => {
  await beginRun(db, run);
  const begun = await readRun(db, run.id);
  await beginRun(db, { ...run, commit: 'c2' });
  assert.deepEqual(await readRun(db, run.id), begun);
  assert.deepEqual(
    { ...begun, startedAt: 0 },
    { ...run, status: 'running', report: null, reason: null, startedAt: 0, endedAt: null },
  );
  await finishRun(db, run.id, 'failed', null);
  const [listed] = await listRuns(db, 'shop', 5);
  assert.equal(listed?.status, 'failed');
  assert.match(listed.endedAt ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.deepEqual(await listRuns(db, 'other', 5), []);
});

withDatabases('a run keeps its stages, diagnostics and quarantined tables', async ({ db }) => {
  await beginRun(db, run);
  const stage = { stage: 'parse', done: 1, reused: 2, failed: 0, seconds: 1.5, skipped: null } as const;
  await recordStage(db, run.id, { ...stage, done: 0 });
  await recordStage(db, run.id, stage);
  assert.deepEqual(await readStages(db, run.id), [stage]);
  assert.equal(await readDiagnostics(db, run.id), null);
  const diagnostics: Diagnostic[] = [
    { code: 'a.b', severity: 'info', message: 'm', path: 'p', fault: 'user' },
  ];
  assert.equal(
    await saveDiagnostics(db, run.id, diagnostics),
    await saveDiagnostics(db, run.id, diagnostics),
  );
  assert.deepEqual(await readDiagnostics(db, run.id), diagnostics);
  const item = { table: 't', stage: 'derive', error: 'broken' };
  await addQuarantine(db, run.id, { ...item, error: 'first' });
  await addQuarantine(db, run.id, item);
  assert.deepEqual(await listQuarantine(db, run.id), [item]);
});

withDatabases('only whole nights count as the last night', async ({ db }) => {
  const night = {
    asOf: '2025-01-01',
    run: 'r',
    commit: 'c',
    nightHash: 'h',
    published: true,
    stateHash: 's',
  };
  await recordNight(db, 'shop', night);
  await pointTables(db, 'shop', '2025-01-03', [{ table: 't', stage: 'card', setId: null }]);
  assert.deepEqual(await lastNight(db, 'shop', '2025-01-09'), night);
  assert.equal(await lastNight(db, 'shop', '2024-12-31'), null);
  await recordHead(db, 'shop', '2025-01-01', 's1');
  await recordHead(db, 'shop', '2025-01-01', 's2');
  assert.equal(await observedHead(db, 'shop', '2025-01-01'), 's2');
  assert.equal(await observedHead(db, 'shop', '2025-01-02'), null);
});

withDatabases('one night has one holder, until the lease runs out', async ({ db }) => {
  const take = (holder: string, seconds = 60) => takeLease(db, 'shop', '2025-01-01', holder, seconds);
  const taken = await Promise.all([take('a'), take('b'), take('c')]);
  const winner = ['a', 'b', 'c'][taken.findIndex((lease) => lease.taken)] ?? '';
  assert.equal(taken.filter((lease) => lease.taken).length, 1);
  assert.ok((await take(winner)).taken);
  const refused = await take('d');
  assert.deepEqual({ ...refused, until: 0 }, { taken: false, holder: winner, until: 0 });
  assert.ok((await takeLease(db, 'shop', '2025-01-02', 'd', 60)).taken);
  assert.deepEqual(
    (await liveLeases(db, 'shop')).map((lease) => lease.holder),
    [winner, 'd'],
  );

  assert.ok(await renewLease(db, 'shop', '2025-01-01', winner, 0.05));
  await sleep(80);
  assert.ok((await take('d')).taken);
  assert.equal(await renewLease(db, 'shop', '2025-01-01', winner, 60), false);
  await releaseLease(db, 'shop', '2025-01-01', winner);
  assert.equal((await take('e')).taken, false);
  await releaseLease(db, 'shop', '2025-01-01', 'd');
  assert.ok((await take('e')).taken);
});

withDatabases('a frozen list stays as it is and is read page by page', async ({ db }) => {
  const items = Array.from({ length: 5_001 }, (_, n) => ({ key: `k${n}`, payload: { n } }));
  assert.equal(await freezeWork(db, 'r', 'parse', items), 5_001);
  assert.equal(await freezeWork(db, 'r', 'parse', items.slice(0, 3)), 5_001);
  const first = await readWork(db, 'r', 'parse', -1, 3_000);
  const second = await readWork(db, 'r', 'parse', first.at(-1)?.ordinal ?? -1, 3_000);
  assert.deepEqual(
    [...first, ...second].map(({ key, payload }) => ({ key, payload })),
    items,
  );
});
