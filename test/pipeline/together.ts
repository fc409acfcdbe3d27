/** Runs of every kind at the same time. */
import assert from 'node:assert/strict';
import type { RunSummary } from '../../activities/contract.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { repo, type World } from '../support/pipeline.ts';

const tables = 20;
/** What readers see and what nights left. What was made on the way and is used no more does not count. */
const state = ['pointers', 'published', 'nights', 'leases'];

/** One night, one backfill and twenty single tables as of `asOf`, started at once. All must end well, and the state must be `expected`. */
export async function allAtOnce(
  world: World,
  runs: { readonly night: object; readonly backfill: object; readonly asOf: string },
  expected: Awaited<ReturnType<typeof canonicalDump>>,
): Promise<void> {
  const names = [...(await pointedSets(world.db, repo, runs.asOf, 'card')).keys()].slice(0, tables);
  assert.equal(names.length, tables);
  const started = await Promise.all([
    world.start('nightly', runs.night),
    world.start('backfill', runs.backfill),
    ...names.map((table) => world.start('enrichTable', { table, asOf: runs.asOf, force: true })),
  ]);
  const summaries = (await Promise.all(started.map((handle) => handle.result()))).flat() as RunSummary[];
  const outcomes = new Set(summaries.map(({ outcome }) => outcome));
  for (const bad of ['failed', 'cancelled', 'skipped'] as const) assert.ok(!outcomes.has(bad), [...outcomes].join()); // prettier-ignore
  assert.deepEqual(dumpDifferences(expected, await stateOf(world)), []);
}

export const stateOf = (world: World) => canonicalDump(world.db, state);
