/** What was drawn, and when; milliseconds of any clock. In order of time. */
export interface Drawn {
  readonly at: number;
  readonly amount: number;
}

/** The most that was drawn in any window of that length. */
export function mostWithin(drawn: readonly Drawn[], windowMs: number): number {
  let from = 0;
  let sum = 0;
  let most = 0;
  for (const { at, amount } of drawn) {
    sum += amount;
    while ((drawn[from]?.at ?? at) <= at - windowMs) sum -= drawn[from++]?.amount ?? 0;
    most = Math.max(most, sum);
  }
  return most;
}

/** The value below which that share of the values lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
