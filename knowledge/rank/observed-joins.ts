import type { NewClaim } from '../../schema/contracts/claims.ts';
import { byText } from '../trust-order.ts';

interface JoinSide {
  readonly table: string;
  /** In the order of the other side's. */
  readonly columns: readonly string[];
}

/** A join that one query template writes. */
export interface JoinObservation {
  readonly left: JoinSide;
  readonly right: JoinSide;
  readonly fingerprint: string;
  /** Successful runs. */
  readonly runs: number;
  /** Distinct users who ran it. */
  readonly users: number;
}

/** Joins of fewer runs are left out: somebody tried something. */
const leastRuns = 3;
const citedTemplates = 3;

/**
 * Joins that people really write, as claims of both tables. Logs show that rows were matched, not how many: the cardinality stays
 * unknown. Confidence grows with the number of people, hardly with runs. Callers leave out templates of the exploratory tier.
 */
export function observedJoins(
  observations: readonly JoinObservation[],
  pathOf: (table: string) => string | null = () => null,
): NewClaim[] {
  const joins = new Map<string, { left: JoinSide; right: JoinSide; seen: JoinObservation[] }>();
  for (const observation of observations) {
    for (const [left, right] of [
      [observation.left, observation.right],
      [observation.right, observation.left],
    ] as const) {
      if (left.columns.length === 0 || left.columns.length !== right.columns.length) continue;
      if (left.table === right.table && byText(left.columns.join(), right.columns.join()) > 0) continue;
      const side = sorted(left, right);
      const name = JSON.stringify(side);
      const join = joins.get(name) ?? { left: side[0], right: side[1], seen: [] };
      join.seen.push(observation);
      joins.set(name, join);
    }
  }
  return [...joins.entries()]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([, { left, right, seen }]) => {
      const templates = [...new Map(seen.map((one) => [one.fingerprint, one])).values()];
      const runs = templates.reduce((total, one) => total + one.runs, 0);
      const users = Math.max(...templates.map((one) => one.users));
      if (runs < leastRuns) return [];
      return [
        {
          table: left.table,
          field: 'join' as const,
          origin: 'observed' as const,
          value: {
            columns: [...left.columns],
            to: right.table,
            to_path: pathOf(right.table),
            to_columns: [...right.columns],
            cardinality: 'unknown' as const,
          },
          confidence: users >= 3 ? 0.9 : users === 2 ? 0.8 : 0.65,
          evidence: templates
            .sort((a, b) => b.runs - a.runs || byText(a.fingerprint, b.fingerprint))
            .slice(0, citedTemplates)
            .map((one) => ({ kind: 'query' as const, fingerprint: one.fingerprint, runs: one.runs })),
        },
      ];
    });
}

/** The pairs of columns in one order, whatever order a query writes them in. */
function sorted(left: JoinSide, right: JoinSide): [JoinSide, JoinSide] {
  const pairs = left.columns.map((column, i) => [column, right.columns[i] ?? ''] as const);
  pairs.sort(([a, c], [b, d]) => byText(a, b) || byText(c, d));
  return [
    { table: left.table, columns: pairs.map(([column]) => column) },
    { table: right.table, columns: pairs.map(([, column]) => column) },
  ];
}
