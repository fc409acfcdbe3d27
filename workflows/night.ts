/** One night of one repository: begun, run through every stage, ended with a report whatever happens. */
import { ApplicationFailure, CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { BeginRun, RunSummary, StageActivities } from '../activities/contract.ts';
import { wholeStage } from './activity-options.ts';
import type { ProgressBoard } from './progress.ts';
import { createStages } from './stages.ts';

const { beginRun, finishRun } = proxyActivities<StageActivities>(wholeStage);

export async function runNight(request: BeginRun, board: ProgressBoard): Promise<RunSummary> {
  const begun = await beginRun(request);
  if ('skipped' in begun) {
    board.outcome('skipped');
    return skipped(request, begun.skipped);
  }
  const { handle } = begun;
  const startedAt = Date.now();
  const seconds = () => (Date.now() - startedAt) / 1_000;
  board.night(handle);
  try {
    const stages = createStages(handle, board);
    await stages.crawl();
    await stages.parse();
    await stages.link();
    await stages.observe();
    await stages.infer();
    await stages.render();
    await stages.embed();
    const outcome = await stages.publish();
    const summary = await finishRun(handle, { outcome, reason: null, seconds: seconds() });
    board.outcome(summary.outcome);
    return summary;
  } catch (error) {
    const outcome = isCancellation(error) ? 'cancelled' : 'failed';
    const reason = error instanceof Error ? rootMessage(error) : String(error);
    board.outcome(outcome);
    await CancellationScope.nonCancellable(() => finishRun(handle, { outcome, reason, seconds: seconds() }));
    throw error;
  }
}

const skipped = (request: BeginRun, reason: string): RunSummary => ({
  run: request.run,
  repo: request.repo,
  asOf: request.asOf,
  commit: '',
  outcome: 'skipped',
  reason,
  table: request.table,
  tables: 0,
  cards: 0,
  quarantined: 0,
});

function rootMessage(error: Error): string {
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}

/** Fails a workflow for good with a message that a person understands. */
export const invalidInput = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'UserError');
