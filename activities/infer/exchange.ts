/** One turn with the model that is paid for once: a stored turn is taken, whoever asked for it. */
import type { z } from 'zod';
import type { Bound } from '../../inference/model/bounds.ts';
import type { Rejection } from '../../inference/model/check-citations.ts';
import type { Span } from '../../inference/model/shown.ts';
import { canonicalJson } from '../../knowledge/canonical-json.ts';
import {
  beginModelCall,
  findModelCall,
  type ModelCallKey,
  type StoredModelCall,
} from '../../store/model-calls.ts';
import type { RunHandle } from '../contract.ts';
import { expectMoney } from './budget.ts';
import { makeCall, notMadeElsewhere, type StoredTurn } from './claimed-call.ts';
import type { AskingDeps } from './context.ts';
import { expectRoom, takeRoom } from './limits.ts';
import type { ModelInputItem, ModelRequest } from './model-client.ts';
import { nothingOpened, type Opened } from './opened.ts';
import { priceOf, type Prices } from './price.ts';

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

export interface Turn<T> {
  readonly added: Added;
  readonly answer: StoredTurn<T>;
  /** Null: prices are not configured. */
  readonly costUsd: number | null;
  /** Taken from the store: nothing was asked and nothing paid. */
  readonly stored: boolean;
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
  const { add, contractOf, ...rest } = request;
  const asker = { run: handle.run, table: key.table };
  const stored = await findModelCall(db, key);
  if (stored?.status === 'done') return storedTurn(stored, request, prices);
  notMadeElsewhere(stored, handle);
  await expectMoney(deps, handle);
  if (stored === null) await expectRoom(deps, asker);

  const call = await beginModelCall(db, handle.run, key, stored === null ? await add() : stored.request);
  if (call.status === 'done') return storedTurn(call, request, prices);
  notMadeElsewhere(call, handle);
  const added = inOneForm(call.request as Added);
  const input = [...rest.input, ...added.input];
  const room = await takeRoom(deps, asker, rest.instructions + JSON.stringify([rest.tools, input]));
  const mayCall = rest.tools.length > 0 && added.closing === null && !added.notes;
  const asked = { ...rest, ...contractOf(added), input, mayCall };
  const ask = (heard: (outputTokens: number) => void) => heeded(deps, key.table, (waits) => model.respond(asked, signal, (output) => (waits(), heard(output)))); // prettier-ignore
  const answer = await makeCall(deps, handle, call, room, ask, signal);
  if (answer === null) return storedTurn((await findModelCall(db, key)) as StoredModelCall, request, prices);
  return { added, answer, costUsd: priceOf(answer.usage, prices), stored: false };
}

/** Tells that an answer is waited for, at once and whenever `work` hears more of it, and when that has ended. */
async function heeded<T>(
  { model, waits }: AskingDeps,
  table: string,
  work: (waits: () => void) => Promise<T>,
): Promise<T> {
  const words = `${model.model} says nothing about ${table}. A call that stays silent for five minutes is made again.`;
  const tell = () => waits?.({ words, since: new Date().toISOString() });
  tell();
  try {
    return await work(tell);
  } finally {
    waits?.(null);
  }
}

function storedTurn<T>(
  { request, response }: StoredModelCall,
  { contractOf }: Pick<TurnRequest<T>, 'contractOf'>,
  prices: Prices,
): Turn<T> {
  const added = inOneForm(request as Added);
  const answer = readStored(response, contractOf(added).contract);
  return { added, answer, costUsd: priceOf(answer.usage, prices), stored: true };
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
