/** Whether a repository's nights are overdue. Pure. */

export interface GoodNight {
  /** ISO date. */
  readonly asOf: string;
  /** When it ended well. */
  readonly endedAt: string;
}

/** `last` null: no night has ended well yet, which is not overdue: `words` says so. `now`: milliseconds since the epoch. */
export function overdueNight(
  repo: string,
  last: GoodNight | null,
  maxHours: number,
  now: number,
): { readonly is: boolean; readonly words: string } {
  if (last === null) return { is: false, words: `${repo}: no night has ended well yet` };
  const age = (now - Date.parse(last.endedAt)) / 3_600_000;
  const words = `${repo}: the last night that ended well is of ${last.asOf} and ${age.toFixed(1)} hours old`;
  return age > maxHours ? { is: true, words: `${words}, more than ${maxHours}` } : { is: false, words };
}
