/** One night of one repository: begun, run through every stage, ended with a report whatever happens. */
import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { BeginRun, RunHandle, RunSummary, StageActivities } from '../activities/contract.ts';
import { wholeStage } from './activity-options.ts';
import type { ProgressBoard } from './progress.ts';
import { createStages, type OpenStage } from './stages.ts';

const { beginRun, finishRun } = proxyActivities<StageActivities>(wholeStage);

/** A night in the middle: all that a run needs to go on with it, beside the progress. */
export interface OpenNight {
  readonly handle: RunHandle;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly open: OpenStage;
}

/** `before`: the night as the run that this one continues left it. `carryOn` continues the workflow as new. */
export async function runNight(
  request: BeginRun,
  board: ProgressBoard,
  before: OpenNight | null,
  carryOn: (night: OpenNight) => Promise<never>,
): Promise<RunSummary> {
  const begun = before ?? (await beginRun(request));
  if ('skipped' in begun) {
    const summary = skipped(request, begun.skipped);
    board.outcome(summary);
    return summary;
  }
  const { handle } = begun;
  const startedAt = before?.startedAt ?? Date.now();
  const seconds = () => (Date.now() - startedAt) / 1_000;
  if (before === null) board.night(handle);
  try {
    const stages = createStages(handle, board, before?.open ?? null, (open) => carryOn({ handle, startedAt, open })); // prettier-ignore
    await stages.crawl();
    await stages.parse();
    await stages.link();
    await stages.observe();
    await stages.infer();
    await stages.render();
    await stages.embed();
    const published = await stages.publish();
    const summary = await finishRun(handle, { ...published, reason: leftUndone(board), seconds: seconds() });
    board.outcome(summary);
    return summary;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const outcome = isCancellation(error) ? 'cancelled' : 'failed';
    const reason = error instanceof Error ? rootMessage(error) : String(error);
    board.outcome({ ...request, outcome, reason });
    // What ended the night is told, also when that cannot be recorded.
    await CancellationScope.nonCancellable(() =>
      finishRun(handle, { outcome, reason, seconds: seconds() }),
    ).catch(() => {});
    throw error;
  }
}

function leftUndone(board: ProgressBoard): string | null {
  const { units, stopped, beyond, ended } = board.left('infer');
  const left = units + beyond;
  if (left === 0) return null;
  const wait = `${left} ${left === 1 ? 'table waits' : 'tables wait'} for another run`;
  if (stopped !== null) return `${stopped} ${wait}`;
  return units > 0 ? `the model's budget is spent: ${wait}` : `the model was asked about ${ended} of ${ended + left} tables: ${wait}`; // prettier-ignore
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
