import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { nightlyInputSchema } from '../schema/contracts/runs.ts';
import type { RunSummary } from '../activities/contract.ts';
import { nominalTime, runId } from './identity.ts';
import { readInput } from './input.ts';
import { planNights, runNights, type Carried } from './nights.ts';

/**
 * One night: every repository asked for, as of one date. Input: `{ repo?, asOf?, tables?, budget? }`. The date is `asOf`, else the schedule's nominal
 * day. Returns one summary a repository. `carried` is for a run that continues another.
 */
export function nightly(input?: unknown, carried?: Carried): Promise<readonly RunSummary[]> {
  const request = readInput(nightlyInputSchema, input);
  const { repo, asOf, tables, budget } = request;
  const scheduled = nominalTime() !== workflowInfo().startTime.getTime();
  return runNights(
    () => planNights({ repo, from: asOf, to: asOf }),
    carried,
    (night) => ({
      workflow: 'nightly',
      run: runId(night.repo),
      givesWay: scheduled,
      table: null,
      tables: tables ?? null,
      redo: [],
      modelTables: budget?.modelTables ?? null,
      usd: budget?.usd ?? null,
      input: request,
    }),
    (next) => continueAsNew<typeof nightly>(request, next),
  );
}
