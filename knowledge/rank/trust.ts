import { own } from '../../schema/contracts/own.ts';
import { trustTiers, type TrustTier } from '../../schema/contracts/usage.ts';
import { count } from '../plain-text.ts';
import { complexityOf } from './complexity.ts';
import { failing, totalsOf, type TemplateDay, type Totals } from './totals.ts';
import { daysBetween } from '../../schema/contracts/days.ts';

export interface TrustInput {
  /** Normalised. */
  readonly sql: string;
  /** Tables that it reads, as ids. */
  readonly tables: readonly string[];
  readonly days: readonly TemplateDay[];
  /** ISO date: nothing after it counts. */
  readonly asOf: string;
  /** A person marked it as the query to imitate. Default false. */
  readonly marked?: boolean;
  /** Those of `tables` that are gone or on their way out. Default none. */
  readonly retired?: readonly string[];
}

export interface Trust {
  /** 0..1, two digits. */
  readonly trust: number;
  readonly tier: TrustTier;
  /** Words, most weighty first, its age last; what holds it down stands first of all. */
  readonly reasons: readonly string[];
  readonly runs: number;
  readonly users: number;
  readonly failureRate: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** Least score of each tier; below the last one it is exploratory, and never embedded. A mark lifts to the first tier. */
export const tierThresholds = { source_of_truth: 0.9, trusted: 0.72, common: 0.4 } as const;

interface Signal {
  /** Share of the score; all weights add up to 1. */
  readonly weight: number;
  /** 0..1. */
  readonly value: (totals: Totals) => number;
  readonly words: (totals: Totals) => string;
}

const sourceValues: Readonly<Record<string, number>> = {
  dashboard: 1,
  scheduled: 0.85,
  notebook: 0.6,
  application: 0.3,
  adhoc: 0.25,
};
const roleValues: Readonly<Record<string, number>> = {
  data_scientist: 1,
  analyst: 0.75,
  engineer: 0.7,
  other: 0.3,
  unknown: 0.1,
  service: 0.1,
};

/** Told last whatever it weighs: else every query's reasons would change on the days on which it grows old. */
const age: Signal = {
  weight: 0.05,
  value: ({ lastSuccess, asOf }) => recency(lastSuccess, asOf),
  words: ({ lastSuccess }) => (lastSuccess ? `last worked on ${lastSuccess}` : 'never worked'),
};

/** Where a query runs and who wrote it say most; how often it runs says little, for programs run often. */
export const trustSignals: readonly Signal[] = [
  {
    weight: 0.3,
    value: ({ sources }) => mean(sources, sourceValues, 0.2),
    words: ({ sources }) => `runs in ${article(most(sources) ?? 'unknown source')}`,
  },
  {
    weight: 0.25,
    value: ({ roles }) => mean(roles, roleValues, 0.1),
    words: ({ roles }) => `run by ${article((most(roles) ?? 'unknown').replace('_', ' '))}`,
  },
  {
    weight: 0.15,
    value: ({ days }) => Math.min(1, days / 10),
    words: ({ days }) => `used on ${days} of the last 28 days`,
  },
  {
    weight: 0.1,
    value: ({ runs }) => Math.min(1, Math.log10(1 + runs) / 2),
    words: ({ runs }) => count(runs, 'run'),
  },
  {
    weight: 0.1,
    value: ({ users }) => Math.min(1, 0.3 * users + (users > 2 ? 0.1 : 0)),
    words: ({ users }) => (users === 1 ? 'one user' : count(users, 'user')),
  },
  age,
  {
    weight: 0.05,
    value: ({ failureRate }) => Math.max(0, 1 - 4 * failureRate),
    words: ({ failureRate }) =>
      failureRate === 0 ? 'never fails' : `${Math.round(failureRate * 100)} % of runs fail`,
  },
];

/** Reasons for which a query is not imitated higher than a tier, whatever its score. */
const caps: readonly { tier: TrustTier; why: (input: TrustInput, totals: Totals) => string | null }[] = [
  { tier: 'exploratory', why: ({ tables }) => (tables.length === 0 ? 'reads no table' : null) },
  { tier: 'exploratory', why: ({ sql }) => complexityOf(sql).onlyLooks },
  { tier: 'exploratory', why: ({ sql }) => complexityOf(sql).writes },
  {
    tier: 'exploratory',
    why: ({ retired = [] }) =>
      retired.length > 0 ? `reads retired tables: ${[...retired].sort().join(', ')}` : null,
  },
  { tier: 'exploratory', why: ({ days }, { asOf }) => failing(days.filter(({ day }) => day <= asOf)) },
  { tier: 'exploratory', why: (_, { failureRate }) => (failureRate > 0.5 ? 'most runs fail' : null) },
  {
    tier: 'exploratory',
    why: (_, { firstSeen, lastSeen, users }) =>
      firstSeen === lastSeen && users <= 1 ? 'used on one day by one user' : null,
  },
  {
    tier: 'common',
    why: (_, { roles }) =>
      [...roles.keys()].every((role) => role === 'service') ? 'only programs run it' : null,
  },
  {
    tier: 'common',
    why: (_, { sources }) =>
      [...sources.keys()].every((source) => source === 'adhoc') ? 'only run by hand' : null,
  },
];

/** How far a template is to be imitated. Null when nothing ran up to the as-of date. */
export function trustOf(input: TrustInput): Trust | null {
  const totals = totalsOf(input.days, input.asOf);
  if (!totals) return null;
  const signals = trustSignals.map((signal) => ({ points: signal.weight * signal.value(totals), signal }));
  const score = signals.reduce((sum, { points }) => sum + points, 0);
  const held = caps.flatMap(({ tier, why }) => {
    const reason = why(input, totals);
    return reason === null ? [] : [{ tier, reason }];
  });
  const earned = input.marked ? 'source_of_truth' : tierOf(score);
  const tier = held.reduce(
    (worst, cap) => (trustTiers.indexOf(cap.tier) > trustTiers.indexOf(worst) ? cap.tier : worst),
    earned,
  );
  const told = (one: (typeof signals)[number]) => (one.signal === age ? -1 : one.points);
  const weighty = [...signals].sort((a, b) => told(b) - told(a)).map(({ signal }) => signal.words(totals));
  return {
    trust:
      Math.round(100 * (input.marked && held.length === 0 ? Math.max(score, 0.95) : bounded(score, tier))) /
      100,
    tier,
    reasons: [
      ...held.map(({ reason }) => reason),
      ...(input.marked ? ['marked as the source of truth'] : []),
      ...weighty,
    ],
    runs: totals.runs,
    users: totals.users,
    failureRate: totals.failureRate,
    firstSeen: totals.firstSeen,
    lastSeen: totals.lastSeen,
  };
}

const tierOf = (score: number): TrustTier =>
  trustTiers.find((tier) => tier !== 'exploratory' && score >= tierThresholds[tier]) ?? 'exploratory';

/** A score never says more than its tier. */
function bounded(score: number, tier: TrustTier): number {
  if (tier === 'source_of_truth') return score;
  const above = trustTiers[trustTiers.indexOf(tier) - 1];
  return above && above !== 'exploratory' ? Math.min(score, tierThresholds[above] - 0.01) : score;
}

function recency(last: string | null, asOf: string): number {
  if (last === null) return 0;
  const age = daysBetween(last, asOf);
  return age <= 7 ? 1 : age <= 28 ? 0.6 : age <= 90 ? 0.3 : 0;
}

/** Mean value of the runs' kinds. */
function mean(
  counts: ReadonlyMap<string, number>,
  values: Readonly<Record<string, number>>,
  other: number,
): number {
  let [sum, total] = [0, 0];
  for (const [kind, count] of counts) {
    sum += count * (own(values, kind) ?? other);
    total += count;
  }
  return total === 0 ? 0 : sum / total;
}

const most = (counts: ReadonlyMap<string, number>): string | undefined =>
  [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0];
const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
