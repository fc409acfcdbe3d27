/** Requests and tokens a minute, shared by all workers: as configured, and lower where the server says so. */
import { estimateTokens } from '../../inference/model/tokens.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { hold, lower, reserve, roomIn, settle, type BucketDraw } from '../../store/rate-buckets.ts';
import type { ActivityDeps } from '../deps.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import type { ModelTurn } from './model-client.ts';

/** What an answer takes on the whole; what it really took is settled afterwards. */
const usualOutput = 4_000;
/** Instructions, tools and the schema alone are as much. */
const smallPrompt = 3_000;

const bucketsOf = (model: string) => ({
  requests: `model.requests:${model}`,
  tokens: `model.tokens:${model}`,
});

/** Our own limits have no room. */
class RateUsedUp extends RateLimited {
  constructor(model: string, waitMs: number) {
    super(`The rate for ${model} is used up.`, waitMs);
  }
}

/** Who asks for room: so that a draw that waits is known when it comes again. */
interface Asker {
  readonly run: string;
  readonly table: string;
}

function draws(
  { name, requestsPerMinute, tokensPerMinute }: ModelConfig,
  { run, table }: Asker,
  amount: number,
): BucketDraw[] {
  const { requests, tokens } = bucketsOf(name);
  return [
    { name: requests, ...requestPace(requestsPerMinute), amount: 1 },
    { name: tokens, ...tokenPace(tokensPerMinute), amount, who: `${run} ${table}` },
  ];
}

/**
 * No minute that a server may count exceeds the limit: what is given at once and what is refilled in a minute are together a twentieth less than it, as
 * requests are on their way for unequal times. Nor does a second exceed its share of a large limit: servers count those too.
 */
export function requestPace(limit: number) {
  const atOnce = Math.max(1, Math.min(limit / 10, 6), limit / 600);
  return { limit, capacity: atOnce, refillPerSecond: (0.85 * limit) / 60 };
}

/** The same of tokens; for a call that takes more than a fifth of the limit it is saved up. */
export const tokenPace = (limit: number) => ({
  limit,
  capacity: limit / 5,
  refillPerSecond: (0.75 * limit) / 60,
});

export interface Reservation {
  /** Tokens that the call takes, about. */
  readonly input: number;
  readonly output: number;
  /** Puts the true amount in place of the reserved one, and takes over what the server says of its limits. */
  readonly settle: (turn: Pick<ModelTurn<unknown>, 'usage' | 'limits'>) => Promise<void>;
  /** The call failed, and used so many tokens all the same. Where the server asked for time, every worker waits. */
  readonly failed: (error: unknown, used: number) => Promise<void>;
}

/** Throws `RateLimited` where there is no room even for a small call: nothing need be made ready then. Takes nothing. */
export async function expectRoom({ db, config }: ActivityDeps, asker: Asker): Promise<void> {
  const { name, maxOutputTokens } = config.model;
  const waitMs = await roomIn(
    db,
    draws(config.model, asker, smallPrompt + Math.min(usualOutput, maxOutputTokens)),
  );
  if (waitMs > 0) throw new RateUsedUp(name, waitMs);
}

/** Takes room for one call. Throws `RateLimited` with the time to wait when there is none: the slot is given back meanwhile. */
export async function takeRoom(
  { db, config }: ActivityDeps,
  asker: Asker,
  prompt: string,
): Promise<Reservation> {
  const { name, maxOutputTokens } = config.model;
  const input = estimateTokens(prompt);
  const output = Math.min(usualOutput, maxOutputTokens);
  const amount = input + output;
  const { requests, tokens } = bucketsOf(name);
  const waitMs = await reserve(db, draws(config.model, asker, amount));
  if (waitMs > 0) throw new RateUsedUp(name, waitMs);
  return {
    input,
    output,
    async settle({ usage, limits }) {
      await settle(db, tokens, amount, usage.input + usage.output);
      await lower(db, requests, limits.requests);
      await lower(db, tokens, limits.tokens);
    },
    async failed(error, used) {
      await settle(db, tokens, amount, used);
      if (error instanceof RateLimited && error.waitMs !== null) await hold(db, requests, error.waitMs);
    },
  };
}
