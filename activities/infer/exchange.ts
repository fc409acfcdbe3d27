/** One turn with the model that is paid for once: a stored answer is taken, whoever asked for it. */
import type { z } from 'zod';
import { explain, SystemError, UserError } from '../../schema/contracts/errors.ts';
import {
  beginModelCall,
  findModelCall,
  finishModelCall,
  type ModelCallEnd,
  type ModelCallKey,
} from '../../store/model-calls.ts';
import type { ActivityDeps } from '../deps.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import { takeRoom } from './limits.ts';
import type { ModelClient, ModelInputItem, ModelRequest, ModelTurn, ModelUsage } from './model-client.ts';

export interface Turn<T> extends ModelTurn<T> {
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

/**
 * Takes one turn. `added` are the input's items that no earlier turn had: these are kept in the transcript. Throws `RateLimited` and `SystemError` (the
 * attempt ends and is repeated), and `UserError` when repeating does not help: the server refused, or failed too often.
 */
export async function takeTurn<T>(
  deps: ActivityDeps & { readonly model: ModelClient },
  run: string,
  key: ModelCallKey,
  request: ModelRequest<T>,
  added: readonly ModelInputItem[],
  signal: AbortSignal,
): Promise<Turn<T>> {
  const { db, model, config } = deps;
  const stored = await findModelCall(db, key);
  if (stored?.status === 'done') return { ...readStored(stored.response, request.contract), stored: true };
  const before = failuresOf(stored?.response, run);

  const room = await takeRoom(deps, request.instructions + JSON.stringify(request.input));
  const id = await beginModelCall(db, run, key, { instructions: key.promptVersion, input: added });
  try {
    const turn = await model.respond(request, signal);
    await finishModelCall(db, id, {
      status: 'done',
      response: turn,
      ...spent(turn.usage, config.model.prices),
    });
    await room.settle(turn.usage);
    return { ...turn, stored: false };
  } catch (error) {
    await room.settle(null);
    if (signal.aborted) throw error;
    const failures = before + (error instanceof RateLimited ? 0 : 1);
    const response: Failure = { error: explain(error), run, failures };
    await finishModelCall(db, id, { status: 'failed', response, ...spent(noUsage, undefined) });
    if (error instanceof RateLimited || !(error instanceof SystemError) || failures < maxFailures)
      throw error;
    throw new UserError(`The model server failed ${failures} times on one question: ${error.message}`, {
      next: 'The next run asks again.',
    });
  }
}

const noUsage: ModelUsage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 };

function failuresOf(response: unknown, run: string): number {
  const failure = response as Partial<Failure> | null | undefined;
  return failure?.run === run ? (failure.failures ?? 0) : 0;
}

/** The answer is held against the contract again: what was stored is read like any other input. */
function readStored<T>(response: unknown, contract: z.ZodType<T>): ModelTurn<T> {
  const turn = response as ModelTurn<unknown>;
  if (turn.outcome.kind !== 'answer') return { ...turn, outcome: turn.outcome };
  const parsed = contract.safeParse(turn.outcome.value);
  if (parsed.success) return { ...turn, outcome: { kind: 'answer', value: parsed.data } };
  const problem = 'The stored answer does not fit the contract of today.';
  return { ...turn, outcome: { kind: 'malformed', problem, text: '' } };
}

type Prices = ActivityDeps['config']['model']['prices'];

function spent(usage: ModelUsage, prices: Prices): Omit<ModelCallEnd, 'status' | 'response'> {
  const { input, cachedInput, output } = usage;
  const usd = (price: Prices & object) =>
    ((input - cachedInput) * price.input + cachedInput * price.cachedInput + output * price.output) / 1e6;
  return {
    inputTokens: input,
    cachedInputTokens: cachedInput,
    outputTokens: output,
    costUsd: prices === undefined ? null : usd(prices),
  };
}
