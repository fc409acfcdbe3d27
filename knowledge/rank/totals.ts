import { daysBetween } from '../../schema/contracts/days.ts';
import type { Role } from '../../schema/contracts/usage.ts';

/** Runs of one template from one source on one day. */
export interface TemplateDay {
  /** ISO date. */
  readonly day: string;
  readonly source: string;
  readonly runs: number;
  readonly failures: number;
  /** Keys of the people and services that ran it. */
  readonly users: readonly string[];
  /** Runs by role. */
  readonly roles: Readonly<Partial<Record<Role, number>>>;
}

/** What a template's runs add up to. */
export interface Totals {
  readonly runs: number;
  readonly users: number;
  readonly failureRate: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly lastSuccess: string | null;
  /** Days of the last 28 on which it succeeded. */
  readonly days: number;
  /** Successful runs by source and by role. */
  readonly sources: ReadonlyMap<string, number>;
  readonly roles: ReadonlyMap<string, number>;
  readonly asOf: string;
}

/** Sums up to the as-of date; null when nothing ran until then. */
export function totalsOf(all: readonly TemplateDay[], asOf: string): Totals | null {
  const days = all.filter(({ day, runs }) => day <= asOf && runs > 0);
  if (days.length === 0) return null;
  const worked = days.filter(({ runs, failures }) => runs > failures);
  const runs = days.reduce((sum, day) => sum + day.runs, 0);
  const failures = days.reduce((sum, day) => sum + day.failures, 0);
  const seen = days.map(({ day }) => day).sort();
  const sources = new Map<string, number>();
  const roles = new Map<string, number>();
  for (const day of worked.length > 0 ? worked : days) {
    sources.set(day.source, (sources.get(day.source) ?? 0) + day.runs);
    for (const [role, count] of Object.entries(day.roles)) roles.set(role, (roles.get(role) ?? 0) + count);
  }
  return {
    runs,
    users: new Set(days.flatMap(({ users }) => users)).size,
    failureRate: failures / runs,
    firstSeen: seen[0] ?? asOf,
    lastSeen: seen.at(-1) ?? asOf,
    lastSuccess:
      worked
        .map(({ day }) => day)
        .sort()
        .at(-1) ?? null,
    days: new Set(worked.map(({ day }) => day).filter((day) => daysBetween(day, asOf) < 28)).size,
    sources,
    roles,
    asOf,
  };
}

/** The last two days on which it ran saw nothing but failures, or all days did. */
export function failing(days: readonly TemplateDay[]): string | null {
  const byDay = new Map<string, { runs: number; failures: number }>();
  for (const { day, runs, failures } of days) {
    const sum = byDay.get(day) ?? { runs: 0, failures: 0 };
    byDay.set(day, { runs: sum.runs + runs, failures: sum.failures + failures });
  }
  const last = [...byDay.keys()].sort().slice(-2);
  const broken = last.length > 0 && last.every((day) => byDay.get(day)?.runs === byDay.get(day)?.failures);
  return broken ? `fails since ${last[0] ?? ''}` : null;
}
