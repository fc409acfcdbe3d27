import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import { backfillInputSchema, type BackfillInput } from '../schema/contracts/runs.ts';
import type { BackfillPreview, NightPreview, RunSummary, StageActivities } from '../activities/contract.ts';
import { wholeStage } from './activity-options.ts';
import { runId } from './identity.ts';
import { readInput } from './input.ts';
import { planNights, runNights, type Carried, type Night } from './nights.ts';
import { previewInWords } from './preview-words.ts';

const { preview } = proxyActivities<StageActivities>(wholeStage);

/**
 * Past nights, oldest first. Input: `{ repo?, from?, to?, every?, tables?, layers?, budget?, dryRun? }`; without dates, the nominal day alone. Started again under the
 * same id with the same input, it leaves out the nights that it did. `carried` is for a run that continues another.
 */
export async function backfill(
  input?: unknown,
  carried?: Carried,
): Promise<readonly RunSummary[] | BackfillPreview> {
  const request = readInput(backfillInputSchema, input);
  const nights = () => planNights(request);
  if (request.dryRun === true) return previewed(request, await nights());
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

async function previewed(request: BackfillInput, nights: readonly Night[]): Promise<BackfillPreview> {
  const previews: NightPreview[] = [];
  for (const night of nights) previews.push(await preview({ ...night, ...extent(request) }));
  return { inWords: previewInWords(previews, request.budget?.usd ?? null), nights: previews };
}
