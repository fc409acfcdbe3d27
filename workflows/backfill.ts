import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { backfillInputSchema, type BackfillInput } from '../schema/contracts/runs.ts';
import type { NightPreview, RunSummary, StageActivities } from '../activities/contract.ts';
import { bookkeeping, wholeStage } from './activity-options.ts';
import { nominalTime, runId } from './identity.ts';
import { readInput } from './input.ts';
import { runNight } from './night.ts';
import { ProgressBoard } from './progress.ts';

const { plan } = proxyActivities<StageActivities>(bookkeeping);
const { preview } = proxyActivities<StageActivities>(wholeStage);

/** Where a continued backfill goes on. */
interface Cursor {
  readonly night: number;
  readonly summaries: readonly RunSummary[];
}

/**
 * Past nights, oldest first. Input: `{ repo?, from?, to?, every?, tables?, layers?, budget?, dryRun? }`; without dates, the nominal day alone.
 * A long backfill continues as new between nights.
 */
export async function backfill(
  input?: unknown,
  cursor: Cursor = { night: 0, summaries: [] },
): Promise<readonly RunSummary[]> {
  const request = readInput(backfillInputSchema, input);
  const board = new ProgressBoard(runId());
  const { repos, dates } = await plan({
    repo: request.repo ?? null,
    from: request.from ?? null,
    to: request.to ?? null,
    everyDays: request.every ?? 1,
    nominalTime: nominalTime(),
  });
  const nights = dates.flatMap((asOf) => repos.map((repo) => ({ repo, asOf })));
  const summaries = [...cursor.summaries];
  for (let index = cursor.night; index < nights.length; index += 1) {
    const { repo, asOf } = nights[index] as { repo: string; asOf: string };
    board.nights(index, nights.length);
    if (request.dryRun === true) summaries.push(previewed(await preview({ repo, asOf })));
    else summaries.push(await runNight(night(request, repo, asOf), board));
    if (workflowInfo().continueAsNewSuggested && index + 1 < nights.length) {
      await continueAsNew<typeof backfill>(request, { night: index + 1, summaries });
    }
  }
  return summaries;
}

const night = (request: BackfillInput, repo: string, asOf: string) =>
  ({
    workflow: 'backfill',
    run: runId(repo, asOf),
    repo,
    asOf,
    givesWay: false,
    table: null,
    tables: request.tables ?? null,
    redo: request.layers ?? [],
    modelTables: request.budget?.modelTables ?? null,
    input: request,
  }) as const;

const previewed = ({ repo, asOf, commit, files, toParse, modelTables }: NightPreview): RunSummary => ({
  run: runId(repo, asOf),
  repo,
  asOf,
  commit,
  outcome: 'skipped',
  reason: `dry run: ${toParse} of ${files} files would be parsed, at most ${modelTables} tables read by the model`,
  table: null,
  tables: 0,
  cards: 0,
  quarantined: 0,
});
