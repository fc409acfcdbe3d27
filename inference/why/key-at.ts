/** The key of the rows that an operator gives. */
import type { BoundNode, ColumnId } from '../bind/bound.ts';
import type { Determinant } from '../derive/dependencies.ts';
import { dependenciesOf } from '../derive/properties.ts';
import type { Prover } from '../derive/prover.ts';
import { knownAt } from './known-at.ts';

export interface KeyAt {
  readonly columns: readonly ColumnId[];
  /** Holds only among rows where none of the columns is NULL. */
  readonly weak: boolean;
  readonly assumed: boolean;
  /** What the proof says, most telling last. */
  readonly because: readonly string[];
}

const mostKeys = 6;

/**
 * A minimal key of the operator's rows out of any columns that have a name: the one from before if it still holds and none is shorter, else one of `wanted`
 * columns, else the shortest. Null when none is known.
 */
export function keyAt(
  node: BoundNode,
  before: KeyAt | null,
  wanted: ReadonlySet<ColumnId>,
  prover: Prover,
): KeyAt | null {
  const known = knownAt(node, prover);
  const dependencies = dependenciesOf(known);
  const named = new Set(
    known.dependencies.flatMap(({ from, to }) => [...from, ...to]).filter((id) => isNamed(id, node, prover)),
  );
  const found = dependencies
    .determinants(known.row, named, mostKeys)
    .filter(({ columns }) => columns.every((id) => named.has(id)));
  const cost = (key: Determinant): number =>
    (assumed(key) ? 100 : 0) +
    (key.weak ? 10 : 0) +
    key.columns.length * 2 +
    (key.columns.every((id) => wanted.has(id)) ? 0 : 1);
  const [best] = found.sort((a, b) => cost(a) - cost(b));
  const kept = before === null ? null : dependencies.determines(before.columns, known.row);
  if (before && kept && (!best || best.columns.length >= before.columns.length)) {
    const stays = { columns: before.columns, ...kept };
    if (!best || cost(stays) <= cost(best)) return keyFrom(stays);
  }
  return best ? keyFrom(best) : null;
}

const assumed = ({ used }: Pick<Determinant, 'used'>): boolean =>
  used.some(({ why }) => why.assumed === true);

const keyFrom = (key: Determinant): KeyAt => ({
  columns: key.columns,
  weak: key.weak,
  assumed: assumed(key),
  because: key.used.map(({ why }) => (typeof why.text === 'string' ? why.text : why.text())).reverse(),
});

/** Rows' identities and whether a join matched have no name. */
function isNamed(id: ColumnId, node: BoundNode, prover: Prover): boolean {
  const kind = prover.definitions[id]?.kind;
  return (kind !== undefined && kind !== 'generated') || (node.op === 'values' && node.columns.includes(id));
}
