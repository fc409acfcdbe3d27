/** Two relations of many rows joined without a condition that ties their rows together. */
import type { BoundJoin, BoundNode, ColumnId } from '../bind/bound.ts';
import { references } from '../bind/expressions.ts';
import { dependenciesOf } from '../derive/properties.ts';
import type { Prover } from '../derive/prover.ts';
import { knownAt } from '../why/known-at.ts';
import { sourceName } from '../why/operator-text.ts';
import { allNodes, inputOf, plainSource } from '../why/plan.ts';
import type { Examined, Finding } from './finding.ts';
import { placeAt } from './finding.ts';

export function crossJoin({ table, made }: Examined): Finding[] {
  return made.runs.slice(0, 1).flatMap(({ query, prover, keys }) => {
    // Where the table still has a key, that of both sides is kept, and each with each is what is meant.
    if (keys.length > 0) return [];
    const nodes = allNodes(query.node);
    const above = parents(nodes);
    return nodes.flatMap((node): Finding[] => {
      if (node.op !== 'join' || !untied(node) || isScaffold(node, prover)) return [];
      if (tiedAbove(node, above, prover)) return [];
      const [left, right] = [sourceName(node.left), sourceName(node.right)];
      const oneSided = node.leftOnly.length + node.rightOnly.length > 0;
      return [
        {
          kind: 'cross_join',
          table,
          severity: oneSided ? 'medium' : 'low',
          confidence: oneSided ? 0.5 : 0.3,
          at: placeAt(made, node.line),
          what: `Every row of ${left} meets every row of ${right}: no condition ties them together, and neither is known to be one row`,
          todo: 'Join on what they share, or say that it is meant: take distinct values of one side first',
        },
      ];
    });
  });
}

const untied = (node: BoundJoin): boolean =>
  (node.kind === 'cross' || node.kind === 'inner' || node.kind === 'left') &&
  !node.lateral &&
  node.unfound !== true &&
  node.outer.length === 0 &&
  node.pairs.length + node.others.length + node.ranges.length === 0;

/** A side of one row, of literals, of a series or of distinct values is there to be multiplied with. */
const isScaffold = (node: BoundJoin, prover: Prover): boolean =>
  [node.left, node.right].some((side) => {
    if (plainSource(side)?.op === 'opaque' || isList(side)) return true;
    const known = knownAt(side, prover);
    return dependenciesOf(known).determines([], known.row) !== null;
  });

/** Distinct values, groups without measures, a union of constants. */
function isList(node: BoundNode): boolean {
  if (node.op === 'distinct') return true;
  if (node.op === 'group') return node.keys !== null;
  if (node.op === 'compute' || node.op === 'filter' || node.op === 'limit') return isList(node.input);
  if (node.op === 'set') return !node.all || node.inputs.every(({ node: input }) => isConstant(input));
  if (node.op === 'instance') return isList(node.of.node);
  if (node.op === 'join') return isList(node.left) && isList(node.right);
  return ['values', 'function', 'unnest'].includes(node.op);
}

const isConstant = (node: BoundNode): boolean => {
  if (node.op === 'values') return true;
  const input = inputOf(node);
  return input !== undefined && node.op !== 'join' && isConstant(input);
};

/** The operator that reads each one's rows. */
function parents(nodes: readonly BoundNode[]): ReadonlyMap<BoundNode, BoundNode> {
  const above = new Map<BoundNode, BoundNode>();
  for (const node of nodes) {
    const input = inputOf(node);
    if (input) above.set(input, node);
    if (node.op === 'join') above.set(node.right, node);
  }
  return above;
}

/** `FROM a, b WHERE a.x = b.x`, or a later join that takes columns of both. */
function tiedAbove(join: BoundJoin, above: ReadonlyMap<BoundNode, BoundNode>, prover: Prover): boolean {
  const [left, right] = [join.left, join.right].map((side) => new Set(columnsOf(side, prover)));
  const both = (ids: Iterable<ColumnId>): boolean => {
    const list = [...ids];
    return list.some((id) => left?.has(id)) && list.some((id) => right?.has(id));
  };
  for (let node = above.get(join); node; node = above.get(node)) {
    if (node.op === 'filter' && node.conjuncts.some((value) => both(references(value)))) return true;
    if (node.op === 'join') {
      if (both(node.outer)) return true;
      const conditions = [...node.leftOnly, ...node.rightOnly, ...node.others].flatMap((value) => [
        ...references(value),
      ]);
      if (both([...conditions, ...node.pairs.flatMap((pair) => [pair.left, pair.right])])) return true;
    }
    if (node.op === 'group' || node.op === 'distinct') return false;
  }
  return false;
}

const columnsOf = (side: BoundNode, prover: Prover): ColumnId[] =>
  knownAt(side, prover).dependencies.flatMap(({ from, to }) => [...from, ...to]);
