/** What an answer of the model about a table is worth, beside others that are to be asked for. */

export interface Worth {
  /** Tables that are built from it, directly or not. */
  readonly downstream: number;
  /** How much it is queried, from 0, not at all. */
  readonly use: number;
  /** Days since the answer that stands was given; null: there is none. */
  readonly answeredDaysAgo: number | null;
}

const mostStale = 4;
const staleAfterDays = 90;

/** Downstream × use × staleness: a table without an answer counts for as much as one whose answer is a season old. */
export function importance({ downstream, use, answeredDaysAgo }: Worth): number {
  const age = Math.min(1, Math.max(0, answeredDaysAgo ?? Infinity) / staleAfterDays);
  return (1 + Math.log2(1 + downstream)) * (1 + use) * (1 + (mostStale - 1) * age);
}
