import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { backfillInputSchema, type BackfillInput } from '../schema/contracts/runs.ts';
import type { RunPreview, RunSummary } from '../activities/contract.ts';
import { runOfDryRun } from './dry-run-id.ts';
import { runId } from './identity.ts';
import { readInput } from './input.ts';
import { planNights, runNights, type Carried } from './nights.ts';
import { previewed } from './previewed.ts';

/**
 * Past nights, oldest first. Input: `{ repo?, from?, to?, every?, tables?, layers?, budget?, dryRun? }`; without dates, the nominal day alone. Started again under the
 * same id with the same input, it leaves out the nights that it did. `carried` is for a run that continues another.
 */
export async function backfill(
  input?: unknown,
  carried?: Carried,
): Promise<readonly RunSummary[] | RunPreview> {
  const request = readInput(backfillInputSchema, input);
  const nights = () => planNights(request);
  if (request.dryRun === true) {
    const workflowId = runOfDryRun(workflowInfo().workflowId);
    return previewed(await nights(), { ...extent(request), backfill: { workflowId, input: request } });
  }
  return runNights(
    nights,
    carried,
    (night) => ({
      workflow: 'backfill',
      run: runId(night.repo, night.asOf),
      givesWay: false,
      table: null,
      ...extent(request),
      input: request,
    }),
    (next) => continueAsNew<typeof backfill>(request, next),
  );
}

/** How much of each night is wanted. */
const extent = ({ tables, layers, budget }: BackfillInput) => ({
  tables: tables ?? null,
  redo: layers ?? [],
  modelTables: budget?.modelTables ?? null,
  usd: budget?.usd ?? null,
});
