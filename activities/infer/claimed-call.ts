/** A call of the model under a claim: one run at a time makes it, each attempt at it is paid by the run that makes it, and one that fails is counted. */
import { explain, SystemError, UserError } from '../../schema/contracts/errors.ts';
import {
  claimModelCall,
  finishModelCall,
  hasAnswered,
  keepModelCall,
  type CallCost,
  type StoredModelCall,
} from '../../store/model-calls.ts';
import type { RunHandle } from '../contract.ts';
import { Forbidden } from '../embed/forbidden.ts';
import { RateLimited, ServerBusy } from '../embed/rate-limited.ts';
import { ServerUnusable } from '../embed/server-unusable.ts';
import { BudgetSpent, mostUsd } from './budget.ts';
import type { AskingDeps } from './context.ts';
import type { Reservation } from './limits.ts';
import type { ModelTurn } from './model-client.ts';
import { NoResponse } from './model-stream.ts';
import { costOf, noUsage } from './price.ts';

/** A run that dies in a call leaves it to others after so long; one that lives says every third of it that it does. */
const claimSeconds = 90;
/** A server that fails so often on one question does not get it again in this run. */
const maxFailures = 6;

type Payer = Pick<RunHandle, 'run' | 'usd'>;

export interface StoredTurn<T> extends ModelTurn<T> {
  /** Seconds until the answer was there. */
  readonly seconds: number;
}

/**
 * Makes a call for which there is room. `ask`: makes it, and tells how many tokens came. Null: another attempt took the call over and was faster; its answer
 * is stored. Throws as `takeTurn` does.
 */
export async function makeCall<T>(
  deps: AskingDeps,
  payer: Payer,
  call: StoredModelCall,
  room: Reservation,
  ask: (heard: (outputTokens: number) => void) => Promise<ModelTurn<T>>,
  signal: AbortSignal,
): Promise<StoredTurn<T> | null> {
  const { db } = deps;
  const { prices } = deps.config.model;
  const expected = costOf({ ...noUsage, input: room.input, output: room.output }, prices);
  return claimed(deps, payer, call, room, expected, async (claim) => {
    const start = performance.now();
    /** What came of an answer; null: the server has not begun with one. */
    let came: number | null = null;
    let turn: ModelTurn<T>;
    try {
      turn = await ask((output) => (came = output));
    } catch (error) {
      const used = came === null ? noUsage : { ...noUsage, input: room.input, output: came };
      await room.failed(error, used.input + used.output);
      const failures = failuresOf(call, payer) + (signal.aborted || isLimit(error) ? 0 : 1);
      const response: Failure = { error: explain(error), run: payer.run, failures };
      await finishModelCall(db, claim, { status: 'failed', response, ...costOf(used, prices) });
      throw signal.aborted ? error : await verdict(deps, payer, error, failures);
    }
    const answer = { ...turn, seconds: secondsSince(start) };
    const end = { status: 'done', response: answer, ...costOf(turn.usage, prices) } as const;
    const first = await finishModelCall(db, claim, end);
    // The answer is there: limits that are off by one call put themselves right.
    await room.settle(turn).catch(() => {});
    return first ? answer : null;
  });
}

/** Does `work` under a claim on the call, which is kept up meanwhile. Where there is none to be had, the room is given back. */
async function claimed<T>(
  deps: AskingDeps,
  payer: Payer,
  { id }: StoredModelCall,
  room: Reservation,
  expected: CallCost,
  work: (claim: string) => Promise<T>,
): Promise<T> {
  const { db } = deps;
  const taken = await claimModelCall(db, id, payer.run, claimSeconds, expected, mostUsd(deps, payer));
  if (typeof taken === 'string') {
    await room.failed(null, 0);
    throw taken === 'beyond' ? new BudgetSpent() : new AskedElsewhere();
  }
  const keep = () => void keepModelCall(db, taken.claim, claimSeconds).catch(() => {});
  const timer = setInterval(keep, (claimSeconds * 1_000) / 3);
  try {
    return await work(taken.claim);
  } finally {
    clearInterval(timer);
  }
}

/** What a failed call leaves in place of an answer. */
interface Failure {
  readonly error: string;
  readonly run: string;
  readonly failures: number;
}

function failuresOf({ response }: StoredModelCall, { run }: Payer): number {
  const failure = response as Partial<Failure> | null | undefined;
  return failure?.run === run ? (failure.failures ?? 0) : 0;
}

/** The server, or we ourselves, allow no more for now: whatever is asked. */
const isLimit = (error: unknown): boolean => error instanceof RateLimited && !(error instanceof ServerBusy);

/** What a failed call means for its table and for the run. */
async function verdict(
  { db, model }: AskingDeps,
  { run }: Payer,
  error: unknown,
  failures: number,
): Promise<unknown> {
  if (error instanceof Forbidden && (await hasAnswered(db, run, model.model))) return new UserError(error.message); // prettier-ignore
  if (isLimit(error) || !(error instanceof SystemError) || failures < maxFailures) return error;
  if (error instanceof NoResponse) return new ServerUnusable(error.message, { next: error.next ?? '' });
  return new TooManyFailures(`The model server failed ${failures} times on one question: ${error.message}`, {
    next: 'The next run asks again.',
  });
}

/** It may be well again for the next run. */
export class TooManyFailures extends UserError {}

/** Another run makes the call: its answer is waited for without a slot, and not paid for again. */
export class AskedElsewhere extends RateLimited {
  constructor() {
    super('Another run asks the model the same question.', askedElsewhereMs);
  }
}
const askedElsewhereMs = 5_000;

export function notMadeElsewhere(call: StoredModelCall | null, { run }: Payer): void {
  if (call !== null && call.claimedBy !== null && call.claimedBy !== run) throw new AskedElsewhere();
}

export const secondsSince = (start: number): number => Math.round(performance.now() - start) / 1_000;
