/** Operators that make new rows out of groups of rows: GROUP BY, DISTINCT, pivots. */
import type { BoundDistinct, BoundGroup, BoundPivot, ColumnId } from '../bind/bound.ts';
import { addColumn } from './compute.ts';
import { dependenciesOf, hopesOf, restrict } from './properties.ts';
import type { Properties } from './properties.ts';
import { named } from './prover.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';

export function deriveGroup(node: BoundGroup, prover: Prover): Properties {
  const known = prover.derive(node.input);
  if (!node.keys) {
    forget(known, node.row);
    for (const column of node.columns) addColumn(column, known, prover);
    return known;
  }
  if (node.sets && node.sets.length > 1) return groupingSets(node, node.keys, known, prover);
  const keys = node.sets?.[0] ?? node.keys;
  const why = reason(
    () =>
      keys.length === 0
        ? 'an aggregate without GROUP BY is one row'
        : `GROUP BY gives one row per ${named(prover, keys)}`,
    node.line,
  );
  regroup(known, keys, node.row, why);
  for (const column of node.columns) addColumn(column, known, prover, keys.length > 0);
  return known;
}

/** One row per combination of `by`: of what was known, what is about columns that `by` determines stays true. */
function regroup(known: Properties, by: readonly ColumnId[], row: ColumnId, why: Reason): void {
  const fixed = dependenciesOf(known).closure(by);
  const hoped = known.likely.length === 0 ? null : hopesOf(known).minimise(by, known.row);
  restrict(known, fixed);
  if (hoped && hoped.columns.length < by.length)
    known.likely.push({ from: hoped.columns, to: [row], why: reason('rows had one of each before', why.line, hoped.used.map((one) => one.why)) }); // prettier-ignore
  known.row = [row];
  known.unkeyed = new Set();
  known.fullJoins = [];
  known.notNull.add(row);
  known.dependencies.push({ from: [...by], to: [row], why });
  known.dependencies.push({
    from: [row],
    to: [...fixed.keys()],
    why: reason('a group is one row', why.line),
  });
}

/** New rows of which nothing is known. */
function forget(known: Properties, row: ColumnId): void {
  restrict(known, new Set());
  known.row = [row];
  known.notNull.add(row);
  known.fullJoins = [];
  known.unkeyed = new Set([row]);
}

/** Several groupings, in which the keys that do not take part are NULL: unique only if no key is NULL by itself. */
function groupingSets(
  node: BoundGroup,
  keys: readonly ColumnId[],
  known: Properties,
  prover: Prover,
): Properties {
  const clean = keys.every((id) => known.notNull.has(id));
  const sets = new Set(node.sets?.map((set) => [...set].sort((a, b) => a - b).join()));
  const distinct = sets.size === node.sets?.length;
  forget(known, node.row);
  if (clean && distinct) {
    known.unkeyed.delete(node.row);
    known.dependencies.push({
      from: [...keys],
      to: [node.row],
      why: reason(
        () =>
          `each grouping set gives one row per combination, and ${named(prover, keys)} is NULL only in totals`,
        node.line,
      ),
    });
  }
  known.dependencies.push({
    from: [node.row],
    to: [...keys],
    why: reason('a group is one row', node.line),
  });
  for (const column of node.columns) addColumn(column, known, prover);
  return known;
}

export function deriveDistinct(node: BoundDistinct, prover: Prover): Properties {
  const known = prover.derive(node.input);
  if (node.on) {
    const { on } = node;
    known.whole = new Set();
    known.dependencies.push({
      from: [...on],
      to: [...known.row],
      why: reason(() => `DISTINCT ON keeps one row per ${named(prover, on)}`, node.line),
    });
    return known;
  }
  const visible = node.schema.ids();
  const nothingToDo = dependenciesOf(known).determines(visible, known.row);
  if (nothingToDo && !nothingToDo.weak && !nothingToDo.used.some((dependency) => dependency.why.assumed))
    return known;
  if (node.schema.open) {
    restrict(known, dependenciesOf(known).closure(visible));
    known.row = [node.row];
    known.unkeyed = new Set([node.row]);
    known.notNull.add(node.row);
    known.dependencies.push({
      from: [node.row],
      to: visible,
      why: reason('a row has one value a column', node.line),
    });
    return known;
  }
  regroup(known, visible, node.row, reason('DISTINCT: no two rows are the same in all columns', node.line));
  return known;
}

export function derivePivot(node: BoundPivot, prover: Prover): Properties {
  const known = prover.derive(node.input);
  if (node.group) {
    const { group } = node;
    regroup(
      known,
      group,
      node.row,
      reason(() => `the pivot gives one row per ${named(prover, group)}`, node.line),
    );
    return known;
  }
  forget(known, node.row);
  return known;
}
