/** `row_number() … = 1` where the order does not say which row comes first. */
import type { BoundExpression, BoundWindow, ColumnId } from '../bind/bound.ts';
import { references } from '../bind/expressions.ts';
import { dependenciesOf } from '../derive/properties.ts';
import type { Prover } from '../derive/prover.ts';
import { knownAt } from '../why/known-at.ts';
import { allNodes } from '../why/plan.ts';
import type { Examined, Finding } from './finding.ts';
import { placeAt } from './finding.ts';

export function rowNumberTies({ table, made }: Examined): Finding[] {
  return made.runs.slice(0, 1).flatMap(({ query, prover }) => {
    const nodes = allNodes(query.node);
    const firsts = new Set(
      nodes.flatMap((node) =>
        node.op === 'filter' ? node.conjuncts.flatMap((value) => firstOf(value, prover)) : [],
      ),
    );
    return nodes.flatMap((node): Finding[] => {
      if (node.op !== 'compute') return [];
      return node.columns.flatMap(({ id, value, line }): Finding[] => {
        if (value.ex !== 'window' || value.call.name !== 'row_number' || !firsts.has(id)) return [];
        const known = knownAt(node.input, prover);
        const order = value.orderBy.flatMap((key) => [...references(key.value)]);
        const dependencies = dependenciesOf(known);
        if (dependencies.determines([...value.partitionBy, ...order], known.row)) return [];
        const fixed = dependencies.closure(value.partitionBy);
        const empty = order.every((id) => fixed.has(id));
        const keyed = known.row.every((row) => !known.unkeyed.has(row));
        if (!empty && !keyed) return [];
        const per = value.partitionBy.map(prover.nameOf).join(', ') || 'the result';
        return [
          {
            kind: 'row_number_ties',
            table,
            severity: empty ? 'medium' : 'low',
            confidence: empty ? 0.8 : 0.5,
            at: placeAt(made, line ?? node.line),
            what: empty
              ? `The first row per ${per} is any of them: ${orderWords(value, prover)}`
              : `Several rows per ${per} may have the same ${order.map(prover.nameOf).join(', ')}, and which of them is kept is left to chance`,
            todo: 'Order by columns that are unique within the partition',
          },
        ];
      });
    });
  });
}

const orderWords = ({ orderBy }: BoundWindow, prover: Prover): string => {
  if (orderBy.length === 0) return 'there is no ORDER BY';
  const names = orderBy.flatMap((key) => [...references(key.value)]).map(prover.nameOf);
  return names.length === 0
    ? 'it is ordered by a constant'
    : `${names.join(', ')} is the same for all rows of the partition`;
};

/** The column, as first computed, that a condition keeps the ones of. */
function firstOf(value: BoundExpression, prover: Prover): ColumnId[] {
  if (value.ex !== 'binary' || value.left.ex !== 'ref' || value.right.ex !== 'literal') return [];
  const { op, right } = value;
  const first =
    ((op === '=' || op === '==' || op === '<=') && right.value === '1') ||
    (op === '<' && right.value === '2');
  return first ? [sourceOf(value.left.id, prover)] : [];
}

/** The column behind uses of CTEs. */
function sourceOf(id: ColumnId, prover: Prover): ColumnId {
  let at = id;
  for (let hops = 0; hops < 200; hops++) {
    const definition = prover.definitions[at];
    if (definition?.kind === 'instance') at = definition.of;
    else if (definition?.kind === 'computed' && definition.value.ex === 'ref') at = definition.value.id;
    else break;
  }
  return at;
}
