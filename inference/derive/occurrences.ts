/** How often a stored table takes part in one row of a result: twice where it is joined with itself. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { BoundNode } from '../bind/bound.ts';

export function occurrences(root: BoundNode): ReadonlyMap<TableId, number> {
  const known = new Map<BoundNode, ReadonlyMap<TableId, number>>();
  const of = (node: BoundNode): ReadonlyMap<TableId, number> => {
    const before = known.get(node);
    if (before) return before;
    const counts = count(node);
    known.set(node, counts);
    return counts;
  };
  const count = (node: BoundNode): ReadonlyMap<TableId, number> => {
    switch (node.op) {
      case 'scan':
        return new Map([[node.table, 1]]);
      case 'instance':
        return of(node.of.node);
      case 'join':
        if (node.kind === 'semi' || node.kind === 'anti') return of(node.left);
        return together([of(node.left), of(node.right)], (a, b) => a + b);
      case 'set':
        return together(
          node.inputs.map((input) => of(input.node)),
          Math.max,
        );
      case 'compute':
      case 'filter':
      case 'group':
      case 'distinct':
      case 'pivot':
      case 'unpivot':
      case 'limit':
        return of(node.input);
      default:
        return new Map();
    }
  };
  return of(root);
}

function together(
  all: readonly ReadonlyMap<TableId, number>[],
  add: (a: number, b: number) => number,
): Map<TableId, number> {
  const sum = new Map<TableId, number>();
  for (const counts of all)
    for (const [table, count] of counts) sum.set(table, add(sum.get(table) ?? 0, count));
  return sum;
}
