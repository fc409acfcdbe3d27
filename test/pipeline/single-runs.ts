import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSummary } from '../../activities/contract.ts';
import { releaseLease, takeLease } from '../../store/leases.ts';
import { lastDay, repo, type World } from '../support/pipeline.ts';

/** Only what says something of the table is parsed again, and only its card is looked at. */
export async function makesOneTableFresh(world: World): Promise<void> {
  const before = world.counts().parsed.length;
  const handle = await world.start('enrichTable', { table: 'marts.daily_sales', asOf: lastDay, force: true });
  const summary = (await handle.result()) as RunSummary;
  assert.equal(summary.outcome, 'unchanged');
  const parsed = new Set(world.counts().parsed.slice(before));
  const finance = 'dbt/models/marts/finance';
  const saying = ['airflow/dags/dbt_nightly.py', `${finance}/_finance.yml`, `${finance}/daily_sales.sql`, 'dbt/models/marts/growth/_growth.yml']; // prettier-ignore
  assert.deepEqual(parsed, new Set(saying));
  assert.deepEqual(new Set(world.counts().work.render.slice(-1)), new Set(['acme-data.marts.daily_sales']));
}

export async function waitsForLease(world: World): Promise<void> {
  assert.equal((await takeLease(world.db, repo, lastDay, 'another run', 600)).taken, true);
  const handle = await world.start('nightly', { asOf: lastDay });
  await sleep(1_500);
  assert.equal((await handle.describe()).status.name, 'RUNNING');
  await releaseLease(world.db, repo, lastDay, 'another run');
  const [summary] = (await handle.result()) as RunSummary[];
  assert.equal(summary?.outcome, 'unchanged');
}
