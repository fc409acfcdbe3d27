import assert from 'node:assert/strict';
import type { RunPreview, RunSummary } from '../../activities/contract.ts';
import { dryRunId } from '../../workflows/dry-run-id.ts';
import type { World } from '../support/pipeline.ts';

/** A dry run of some tables counts what the run derives: them, and what they rest on. The night of 8 October is done. */
export async function countsWhatScopeDerives(world: World): Promise<void> {
  const run = async (input: object): Promise<unknown> =>
    (await world.start('backfill', { from: '2026-10-08', to: '2026-10-08', layers: ['derive'], ...input })).result(); // prettier-ignore
  const toDerive = async (scope: object) =>
    ((await run({ ...scope, dryRun: true })) as RunPreview).nights[0]?.toDerive ?? 0;
  const scope = { tables: '*.marts.fct_orders' };
  const [some, all] = [await toDerive(scope), await toDerive({})];
  assert.ok(some > 1 && some < all, `${some} of ${all}`);
  const [summary] = (await run(scope)) as RunSummary[];
  const { stages } = await world.report(summary as RunSummary);
  assert.equal(stages.find(({ stage }) => stage === 'derive')?.total, some);
}

/** A dry run says what the backfill of that id and input says when it is started again: `skipped`. */
export async function leavesOutWhatIsDone(
  world: World,
  workflowId: string,
  input: object,
  skipped: readonly RunSummary[],
): Promise<void> {
  const asked = await world.start('backfill', { ...input, dryRun: true }, dryRunId(workflowId, 1));
  const { nights, inWords } = (await asked.result()) as RunPreview;
  assert.deepEqual(nights.map((night) => night.skipped), skipped.map(({ reason }) => reason)); // prettier-ignore
  assert.match(inWords.at(-1) ?? '', /^0 of 2 nights would run/);
}
