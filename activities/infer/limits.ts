/** Requests and tokens a minute, shared by all workers. */
import { estimateTokens } from '../../inference/model/tokens.ts';
import { reserve, settle } from '../../store/rate-buckets.ts';
import type { ActivityDeps } from '../deps.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import type { ModelUsage } from './model-client.ts';

/** What an answer takes on the whole; what it really took is settled afterwards. */
const usualOutput = 4_000;

export interface Reservation {
  /** Puts the true amount in place of the reserved one; null: the call used nothing. */
  readonly settle: (usage: ModelUsage | null) => Promise<void>;
}

/** Takes room for one call. Throws `RateLimited` with the time to wait when there is none: the slot is given back meanwhile. */
export async function takeRoom({ db, config }: ActivityDeps, prompt: string): Promise<Reservation> {
  const { name, requestsPerMinute, tokensPerMinute, maxOutputTokens } = config.model;
  const amount = estimateTokens(prompt) + Math.min(usualOutput, maxOutputTokens);
  const tokens = `model.tokens:${name}`;
  const perMinute = (bucket: string, capacity: number, draw: number) => ({
    name: bucket,
    capacity,
    refillPerSecond: capacity / 60,
    amount: draw,
  });
  const waitMs = await reserve(db, [
    perMinute(`model.requests:${name}`, requestsPerMinute, 1),
    perMinute(tokens, tokensPerMinute, amount),
  ]);
  if (waitMs > 0) throw new RateLimited(`The configured rate for ${name} is used up.`, waitMs);
  return {
    settle: (usage) => settle(db, tokens, amount, usage === null ? 0 : usage.input + usage.output),
  };
}
