/** How long the model may go on about one table. */

export interface Bounds {
  /** Calls of the model, the last answer's included. At least 1. */
  readonly turns: number;
  /** Input and output of all turns together. What the server had cached counts too. */
  readonly tokens: number;
  /** The model's and the tools' time, without waiting for limits. */
  readonly seconds: number;
  /** Null: no limit, or prices are not configured. */
  readonly usd: number | null;
}

/** What was used so far; `usd` is 0 without prices. */
export type Spent = Readonly<Record<keyof Bounds, number>>;
export type Bound = keyof Bounds;

export const nothingSpent: Spent = { turns: 0, tokens: 0, seconds: 0, usd: 0 };

/** The bound for which the next turn is the last one, in which the model has to answer; null: it may go on. */
export function boundReached(spent: Spent, bounds: Bounds): Bound | null {
  if (spent.turns >= bounds.turns - 1) return 'turns';
  if (spent.tokens >= bounds.tokens) return 'tokens';
  if (spent.seconds >= bounds.seconds) return 'seconds';
  return bounds.usd !== null && spent.usd >= bounds.usd ? 'usd' : null;
}

export const addSpent = (a: Spent, b: Spent): Spent => ({
  turns: a.turns + b.turns,
  tokens: a.tokens + b.tokens,
  seconds: a.seconds + b.seconds,
  usd: a.usd + b.usd,
});
