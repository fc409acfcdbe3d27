import { daysBetween } from '../../schema/contracts/days.ts';
import type { TemplateDay } from './totals.ts';

/** One table's use as of a date. `recent` is the 28 days up to and with it, `previous` the 28 before. */
export interface TableUse {
  readonly recentQueries: number;
  readonly previousQueries: number;
  /** Distinct people and services of the recent days. */
  readonly recentUsers: number;
  /** ISO date of the last query on or before the as-of date. */
  readonly lastUsed: string;
}

export interface UseCounter {
  /** A query ran on these days, and reads these tables. */
  add(tables: readonly string[], days: readonly TemplateDay[]): void;
  /** By table id; tables that no query reads are absent. */
  counts(): Map<string, TableUse>;
}

/** Counts how often tables are used up to a date: one query that reads several of them is a use of each. */
export function createUseCounter(asOf: string): UseCounter {
  const sums = new Map<string, { recent: number; previous: number; users: Set<string>; lastUsed: string }>();
  return {
    add(tables, days) {
      for (const { day, runs, users } of days) {
        const age = daysBetween(day, asOf);
        if (age < 0) continue;
        for (const table of new Set(tables)) {
          const sum = sums.get(table) ?? { recent: 0, previous: 0, users: new Set(), lastUsed: day };
          sums.set(table, sum);
          if (age < 28) {
            sum.recent += runs;
            for (const user of users) sum.users.add(user);
          } else if (age < 56) sum.previous += runs;
          if (day > sum.lastUsed) sum.lastUsed = day;
        }
      }
    },
    counts: () =>
      new Map(
        [...sums].map(([table, { recent, previous, users, lastUsed }]) => [
          table,
          { recentQueries: recent, previousQueries: previous, recentUsers: users.size, lastUsed },
        ]),
      ),
  };
}
