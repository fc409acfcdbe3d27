import type { Card } from '../../schema/contracts/card.ts';
import type { ClaimValue } from '../../schema/contracts/claims.ts';
import type { TableUse } from './table-use.ts';
import { daysBetween } from '../../schema/contracts/days.ts';

type Use = ClaimValue<'usage'>;

/** Bands and the least queries a week that they hold. */
const bands: readonly (readonly [name: string, least: number])[] = [
  ['none', 0],
  ['a few', Number.MIN_VALUE],
  ['tens', 10],
  ['hundreds', 100],
  ['thousands', 1000],
];
/** From no use to much. */
export const bandNames: readonly string[] = bands.map(([name]) => name);
/** A band is left only when its bound is passed by this share, so that a table at a bound does not change every night. */
const slack = 0.2;
const rising = 1.4;

export interface UsageInput {
  /** Null: no query was ever seen. */
  readonly counts: TableUse | null;
  /** ISO date. */
  readonly asOf: string;
  /** First day that any log covers (ISO date); null: no logs. Before it, nothing is known rather than nothing used. */
  readonly since: string | null;
  /** What the night before said; null: nothing. */
  readonly previous: { readonly band: string; readonly trend: string } | null;
}

/** A table's use as its card has it; null without logs. Band and trend change rarely, the figures every night. */
export function usageOf({ counts, asOf, since, previous }: UsageInput): Card['usage'] {
  if (since === null || since > asOf) return null;
  const covered = daysBetween(since, asOf) + 1;
  const { recentQueries = 0, previousQueries = 0, recentUsers = 0, lastUsed = null } = counts ?? {};
  return {
    band: bandOf((7 * recentQueries) / Math.min(28, covered), previous?.band ?? null),
    trend: covered < 56 ? 'unknown' : trendOf(recentQueries, previousQueries, previous?.trend ?? null),
    queriesLast28Days: recentQueries,
    usersLast28Days: recentUsers,
    lastUsed,
  };
}

/** The band of a weekly count; `previous` is kept while the count is near its bounds. None is only ever none. */
export function bandOf(weekly: number, previous: string | null): string {
  if (weekly <= 0) return 'none';
  const now = bands.findLastIndex(([, least]) => weekly >= least);
  const was = bands.findIndex(([name]) => name === previous);
  if (was > 0 && was !== now) {
    const least = bands[was]?.[1] ?? 0;
    const most = bands[was + 1]?.[1] ?? Infinity;
    if (weekly >= least * (1 - slack) && weekly < most * (1 + slack)) return bands[was]?.[0] ?? 'none';
  }
  return bands[now]?.[0] ?? 'none';
}

function trendOf(recent: number, before: number, previous: string | null): Use['trend'] {
  if (recent + before < 10) return 'steady';
  const ratio = before === 0 ? Infinity : recent / before;
  const bound = (trend: Use['trend']): number => (previous === trend ? rising * (1 - slack / 2) : rising);
  if (ratio >= bound('rising')) return 'rising';
  if (ratio <= 1 / bound('falling')) return 'falling';
  return 'steady';
}
