/** What can be said with visible columns alone. */
import type { ColumnId } from '../bind/bound.ts';
import type { Dependencies, Dependency } from './dependencies.ts';
import { hopesOf } from './properties.ts';
import type { Properties } from './properties.ts';
import { named } from './prover.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';

export interface VisibleKey {
  readonly columns: readonly ColumnId[];
  readonly weak: boolean;
  readonly why: Reason;
  readonly used: readonly Dependency[];
}

export const mostKeys = 8;
export const mostLikely = 3;
const mostColumns = 8;

/** Minimal keys made of visible columns, fewest columns first. */
export function visibleKeys(
  known: Properties,
  dependencies: Dependencies,
  visible: ReadonlySet<ColumnId>,
  most: number,
  prover: Prover,
): VisibleKey[] {
  const found = dependencies.determinants(known.row, visible, most);
  const narrow = found.filter((key) => key.columns.length <= mostColumns);
  // However wide: a table that has a key does not repeat rows.
  return (narrow.length > 0 ? narrow : found.slice(0, 1)).map((key) => ({
    columns: key.columns,
    weak: key.weak,
    used: key.used,
    why: reason(
      () =>
        key.columns.length === 0
          ? 'so there is at most one row'
          : `so there is one row per ${named(prover, key.columns)}`,
      undefined,
      key.used.map((dependency) => dependency.why),
    ),
  }));
}

/** Keys that some likely dependency has a part in. */
export function likelyKeys(known: Properties, visible: ReadonlySet<ColumnId>, prover: Prover): VisibleKey[] {
  if (known.likely.length === 0) return [];
  const likely = new Set(known.likely);
  return visibleKeys(known, hopesOf(known), visible, mostLikely, prover).filter(({ used }) =>
    used.some((dependency) => likely.has(dependency)),
  );
}

const mostDependencies = 48;

/** Dependencies between visible columns, also where they hold by way of hidden ones. */
export function visibleDependencies(
  known: Properties,
  dependencies: Dependencies,
  visible: ReadonlySet<ColumnId>,
): Dependency[] {
  const found: Dependency[] = [];
  const rows = new Set(known.row);
  for (const dependency of known.dependencies) {
    if (found.length >= mostDependencies) break;
    if (dependency.to.some((id) => rows.has(id)) || dependency.from.some((id) => rows.has(id))) continue;
    const from = inVisible(dependency.from, known, visible);
    if (!from) continue;
    const direct = dependency.to.filter((id) => visible.has(id) && !from.includes(id));
    const sameFrom = from.every((id, i) => id === dependency.from[i]);
    if (sameFrom && dependency.to.every((id) => visible.has(id))) {
      if (direct.length > 0) found.push(dependency);
      continue;
    }
    const reached = dependencies.closure(from);
    const to = [...reached.keys()].filter((id) => visible.has(id) && !from.includes(id));
    const proof = to.length === 0 ? null : dependencies.determines(from, to);
    if (!proof) continue;
    found.push({
      from,
      to,
      why: reason(
        'by way of columns that are not in the output',
        undefined,
        proof.used.map((each) => each.why),
      ),
      ...(proof.weak ? { weak: from } : {}),
      ...(proof.used.every((each) => each.local) ? { local: true } : {}),
    });
  }
  return found;
}

/** The columns with hidden ones replaced by visible ones that determine them alone; null when there are none. */
function inVisible(
  columns: readonly ColumnId[],
  known: Properties,
  visible: ReadonlySet<ColumnId>,
): ColumnId[] | null {
  const result = new Set<ColumnId>();
  for (const id of columns) {
    if (visible.has(id)) {
      result.add(id);
      continue;
    }
    const other = known.dependencies.find(
      (dependency) =>
        dependency.from.length === 1 && dependency.to.includes(id) && visible.has(dependency.from[0] ?? -1),
    );
    if (!other) return null;
    for (const from of other.from) result.add(from);
  }
  return [...result];
}
