/** One turn with the model that is paid for once: a stored turn is taken, whoever asked for it. */
import type { z } from 'zod';
import type { Bound } from '../../inference/model/bounds.ts';
import type { Rejection } from '../../inference/model/check-citations.ts';
import type { Span } from '../../inference/model/shown.ts';
import { canonicalJson } from '../../knowledge/canonical-json.ts';
import { explain, SystemError, UserError } from '../../schema/contracts/errors.ts';
import {
  beginModelCall,
  claimModelCall,
  findModelCall,
  finishModelCall,
  keepModelCall,
  type CallCost,
  type ModelCallKey,
  type StoredModelCall,
} from '../../store/model-calls.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { AskingDeps } from './context.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import { ServerUnusable } from '../embed/server-unusable.ts';
import { stayInBudget } from './budget.ts';
import { takeRoom } from './limits.ts';
import type { ModelInputItem, ModelRequest, ModelTurn, ModelUsage } from './model-client.ts';
import { NoResponse } from './model-stream.ts';
import { nothingOpened, type Opened } from './opened.ts';

/** What a turn adds to the input. It is kept as it is, so that a later attempt sends the same and runs no tool again. */
export interface Added {
  readonly input: readonly ModelInputItem[];
  /** The lines that these items show. */
  readonly shown: readonly Span[];
  readonly opened: Opened;
  /** Statements of the answer before that did not hold; the reason why it is asked for again. */
  readonly rejected: readonly Rejection[];
  /** It asks for an answer again. */
  readonly corrects: boolean;
  /** It asks for notes to go on from, in place of an answer: behind them, what was said before is dropped. */
  readonly notes: boolean;
  /** The turn is the last one, and why; null: the model may go on. */
  readonly closing: Bound | null;
  /** Seconds that the tools took. */
  readonly seconds: number;
}

export const nothingAdded: Added = {
  input: [],
  shown: [],
  opened: nothingOpened,
  rejected: [],
  corrects: false,
  notes: false,
  closing: null,
  seconds: 0,
};

export interface StoredTurn<T> extends ModelTurn<T> {
  /** Seconds until the answer was there. */
  readonly seconds: number;
}

export interface Turn<T> {
  readonly added: Added;
  readonly answer: StoredTurn<T>;
  /** Null: prices are not configured. */
  readonly costUsd: number | null;
  /** Taken from the store: nothing was asked and nothing paid. */
  readonly stored: boolean;
}

/** A server that fails so often on one question does not get it again in this run. */
const maxFailures = 6;
/** What a failed call leaves in place of an answer. */
interface Failure {
  readonly error: string;
  readonly run: string;
  readonly failures: number;
}

type Contract<T> = Pick<ModelRequest<T>, 'contract' | 'contractName'>;

export interface TurnRequest<T> extends Omit<ModelRequest<T>, 'mayCall' | keyof Contract<T>> {
  /** What has to come back on what the turn adds. */
  readonly contractOf: (added: Added) => Contract<T>;
  /** What the input holds before this turn; `added` comes behind it. */
  readonly input: readonly ModelInputItem[];
  /** Asked for only if the turn was never begun: it is stored before there is room for the call. */
  readonly add: () => Promise<Added>;
}

/** A run that dies in a call leaves it to others after so long; one that lives says every third of it that it does. */
const claimSeconds = 90;

/**
 * Takes one turn. Throws `RateLimited` and `SystemError` (the attempt ends and is repeated, also where another run makes the very call), `UserError` when
 * repeating does not help: the server refused, or failed too often (`ServerUnusable` where it answered something that is no response); and `BudgetSpent` where the turn is not stored and may not be paid for.
 */
export async function takeTurn<T>(
  deps: AskingDeps,
  handle: Pick<RunHandle, 'run' | 'usd'>,
  key: ModelCallKey,
  request: TurnRequest<T>,
  signal: AbortSignal,
): Promise<Turn<T>> {
  const { db, model, config } = deps;
  const { prices } = config.model;
  const { run } = handle;
  const stored = await findModelCall(db, key);
  if (stored?.status === 'done') return storedTurn(stored, request, prices);
  notMadeBy(stored, run);
  await stayInBudget(deps, handle);

  const { add, contractOf, ...rest } = request;
  const call = await beginModelCall(db, run, key, stored === null ? await add() : stored.request);
  if (call.status === 'done') return storedTurn(call, request, prices);
  notMadeBy(call, run);
  const before = failuresOf(call.response, run);
  const added = inOneForm(call.request as Added);
  const input = [...rest.input, ...added.input];
  const room = await takeRoom(deps, { run, table: key.table }, rest.instructions + JSON.stringify([rest.tools, input])); // prettier-ignore
  const expected = spent({ ...noUsage, input: room.input, output: room.output }, prices);
  if (!(await claimModelCall(db, call.id, run, claimSeconds, expected))) {
    await room.failed(null, 0);
    throw new AskedElsewhere();
  }
  const claim = setInterval(() => void keepModelCall(db, call.id, run, claimSeconds).catch(() => {}), (claimSeconds * 1_000) / 3); // prettier-ignore
  const start = performance.now();
  /** What came of an answer; null: the server has not begun with one. */
  let came: number | null = null;
  try {
    const mayCall = rest.tools.length > 0 && added.closing === null && !added.notes;
    const asked = { ...rest, ...contractOf(added), input, mayCall };
    const waits = () => deps.waits?.({ words: `${model.model} says nothing about ${key.table}. A call that stays silent for five minutes is made again.`, since: new Date().toISOString() }); // prettier-ignore
    waits();
    const turn = await model.respond(asked, signal, (output) => (waits(), (came = output)));
    const answer = { ...turn, seconds: secondsSince(start) };
    const cost = spent(turn.usage, prices);
    const first = await finishModelCall(db, call.id, run, { status: 'done', response: answer, ...cost });
    await room.settle(turn);
    if (first) return { added, answer, costUsd: cost.costUsd, stored: false };
  } catch (error) {
    const used = came === null ? noUsage : { ...noUsage, input: room.input, output: came };
    await room.failed(error, used.input + used.output);
    const failures = before + (error instanceof RateLimited || signal.aborted ? 0 : 1);
    const response: Failure = { error: explain(error), run, failures };
    await finishModelCall(db, call.id, run, { status: 'failed', response, ...spent(used, prices) });
    if (signal.aborted || error instanceof RateLimited || !(error instanceof SystemError) || failures < maxFailures) throw error; // prettier-ignore
    if (error instanceof NoResponse) throw new ServerUnusable(error.message, { next: error.next ?? '' });
    throw new TooManyFailures(`The model server failed ${failures} times on one question: ${error.message}`, {
      next: 'The next run asks again.',
    });
  } finally {
    clearInterval(claim);
    deps.waits?.(null);
  }
  // Another run took the call over and was faster: both go on with the same answer.
  return storedTurn((await findModelCall(db, key)) as StoredModelCall, request, prices);
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

function notMadeBy(call: StoredModelCall | null, run: string): void {
  if (call !== null && call.claimedBy !== null && call.claimedBy !== run) throw new AskedElsewhere();
}

function storedTurn<T>(
  { request, response }: StoredModelCall,
  { contractOf }: Pick<TurnRequest<T>, 'contractOf'>,
  prices: Prices,
): Turn<T> {
  const added = inOneForm(request as Added);
  const answer = readStored(response, contractOf(added).contract);
  return { added, answer, costUsd: spent(answer.usage, prices).costUsd, stored: true };
}

export const secondsSince = (start: number): number => Math.round(performance.now() - start) / 1_000;

const noUsage: ModelUsage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 };

function failuresOf(response: unknown, run: string): number {
  const failure = response as Partial<Failure> | null | undefined;
  return failure?.run === run ? (failure.failures ?? 0) : 0;
}

/** The database gives keys back in an order of its own: what is sent must be the same bytes whether it was stored meanwhile or not. */
const inOneForm = <T>(value: T): T => JSON.parse(canonicalJson(value)) as T;

/** The answer is held against the contract again: what was stored is read like any other input. */
function readStored<T>(response: unknown, contract: z.ZodType<T>): StoredTurn<T> {
  const turn = inOneForm(response as StoredTurn<unknown>);
  const { outcome } = turn;
  if (outcome.kind !== 'answer') return { ...turn, outcome };
  const parsed = contract.safeParse(outcome.value);
  if (parsed.success) return { ...turn, outcome: { kind: 'answer', value: parsed.data } };
  const problem = 'The stored answer does not fit the contract of today.';
  return { ...turn, outcome: { kind: 'malformed', problem, text: '' } };
}

type Prices = ActivityDeps['config']['model']['prices'];

function spent(usage: ModelUsage, prices: Prices): CallCost {
  const { input, cachedInput, output } = usage;
  return {
    inputTokens: input,
    cachedInputTokens: cachedInput,
    outputTokens: output,
    costUsd: priceOf(usage, prices),
  };
}

/** US dollars; null where prices are not configured. */
export function priceOf(usage: Omit<ModelUsage, 'reasoning'>, prices: Prices): number | null {
  if (prices === undefined) return null;
  const { input, cachedInput, output } = usage;
  return (
    ((input - cachedInput) * prices.input + cachedInput * prices.cachedInput + output * prices.output) / 1e6
  );
}
