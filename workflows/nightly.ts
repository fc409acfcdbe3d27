import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { nightlyInputSchema } from '../schema/contracts/runs.ts';
import type { RunPreview, RunSummary } from '../activities/contract.ts';
import { nominalTime, runId } from './identity.ts';
import { readInput } from './input.ts';
import { planNights, runNights, type Carried } from './nights.ts';
import { previewed } from './previewed.ts';

/**
 * One night: every repository asked for, as of one date. Input: `{ repo?, asOf?, tables?, budget?, dryRun? }`. The date is `asOf`, else the schedule's
 * nominal day. Returns one summary a repository. `carried` is for a run that continues another.
 */
export async function nightly(
  input?: unknown,
  carried?: Carried,
): Promise<readonly RunSummary[] | RunPreview> {
  const request = readInput(nightlyInputSchema, input);
  const { repo, asOf, tables, budget } = request;
  const nights = () => planNights({ repo, from: asOf, to: asOf });
  const extent = {
    tables: tables ?? null,
    redo: [],
    modelTables: budget?.modelTables ?? null,
    usd: budget?.usd ?? null,
  };
  if (request.dryRun === true) return previewed(await nights(), { ...extent, backfill: null });
  const scheduled = nominalTime() !== workflowInfo().startTime.getTime();
  return runNights(
    nights,
    carried,
    (night) => ({
      workflow: 'nightly',
      run: runId(night.repo),
      givesWay: scheduled,
      table: null,
      ...extent,
      input: request,
    }),
    (next) => continueAsNew<typeof nightly>(request, next),
  );
}
