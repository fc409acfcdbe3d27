import assert from 'node:assert/strict';
import type { RunHandle } from '../../activities/contract.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { underLease } from '../../activities/runs.ts';
import { liveLeases, releaseLease, takeLease } from '../../store/leases.ts';
import { saveRepo } from '../../store/repos.ts';
import { withDatabases } from '../support/databases.ts';

const [repo, asOf] = ['shop', '2026-10-01'];
const handle = { run: 'paused', repo, asOf, table: null } as RunHandle;

withDatabases('a run whose lease ran out goes on with it unless another took the night', async ({ db }) => {
  const deps = { db } as ActivityDeps;
  const stage = () => underLease(deps, handle, () => Promise.resolve('done'));
  await saveRepo(db, { name: repo, url: '.', ref: null });
  await takeLease(db, repo, asOf, 'paused', 0);
  assert.deepEqual(await liveLeases(db, repo), []);
  assert.equal(await stage(), 'done');
  assert.deepEqual((await liveLeases(db, repo)).map(({ holder }) => holder), ['paused']); // prettier-ignore

  await takeLease(db, repo, asOf, 'paused', 0);
  assert.equal((await takeLease(db, repo, asOf, 'other', 60)).taken, true);
  await assert.rejects(stage(), /taken over/);
  await releaseLease(db, repo, asOf, 'other');
  await assert.rejects(stage(), /taken over/, 'the other has done the night');
});
