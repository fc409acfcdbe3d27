/** Requests and tokens a minute, shared by all workers: as configured, and lower where the server says so. */
import { estimateTokens } from '../../inference/model/tokens.ts';
import { hold, lower, reserve, settle } from '../../store/rate-buckets.ts';
import type { ActivityDeps } from '../deps.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import type { ModelTurn } from './model-client.ts';

/** What an answer takes on the whole; what it really took is settled afterwards. */
const usualOutput = 4_000;

/**
 * No minute that a server may count exceeds the limit: what is given at once and what is refilled in a minute are together a twentieth less than it, as
 * requests are on their way for unequal times. Nor does a second exceed its share of a large limit: servers count those too.
 */
export function requestPace(limit: number) {
  const atOnce = Math.max(1, Math.min(limit / 10, 6), limit / 600);
  return { limit, capacity: atOnce, refillPerSecond: (0.85 * limit) / 60 };
}

/** The same of tokens, as long as one call takes no more than a fifth of the limit. */
export const tokenPace = (limit: number) => ({
  limit,
  capacity: limit / 5,
  refillPerSecond: (0.75 * limit) / 60,
});

export interface Reservation {
  /** Puts the true amount in place of the reserved one, and takes over what the server says of its limits. */
  readonly settle: (turn: Pick<ModelTurn<unknown>, 'usage' | 'limits'>) => Promise<void>;
  /** The call used nothing. Where the server asked for time, every worker waits. */
  readonly failed: (error: unknown) => Promise<void>;
}

/** Takes room for one call. Throws `RateLimited` with the time to wait when there is none: the slot is given back meanwhile. */
export async function takeRoom({ db, config }: ActivityDeps, prompt: string): Promise<Reservation> {
  const { name, requestsPerMinute, tokensPerMinute, maxOutputTokens } = config.model;
  const amount = estimateTokens(prompt) + Math.min(usualOutput, maxOutputTokens);
  const requests = `model.requests:${name}`;
  const tokens = `model.tokens:${name}`;
  const waitMs = await reserve(db, [
    { name: requests, ...requestPace(requestsPerMinute), amount: 1 },
    { name: tokens, ...tokenPace(tokensPerMinute), amount },
  ]);
  if (waitMs > 0) throw new RateLimited(`The rate for ${name} is used up.`, waitMs);
  return {
    async settle({ usage, limits }) {
      await settle(db, tokens, amount, usage.input + usage.output);
      await lower(db, requests, limits.requests);
      await lower(db, tokens, limits.tokens);
    },
    async failed(error) {
      await settle(db, tokens, amount, 0);
      if (error instanceof RateLimited && error.waitMs !== null) await hold(db, requests, error.waitMs);
    },
  };
}
