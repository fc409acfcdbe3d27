/** Uses of CTEs: what is known of the CTE's rows, once worked out, is said anew of each use's columns. */
import type { BoundCte, BoundInstance, ColumnId } from '../bind/bound.ts';
import { madeOfKeys } from './lost-keys.ts';
import { dependenciesOf, properties } from './properties.ts';
import type { Predicate, Properties, Term } from './properties.ts';
import type { Prover } from './prover.ts';
import { likelyKeys, mostKeys, visibleDependencies, visibleKeys, type VisibleKey } from './project.ts';
import type { Dependency } from './dependencies.ts';
import { reason } from './reason.ts';
import { replaceColumns } from './replace.ts';

/** What is known of a relation, said of its visible columns only. */
export interface Summary {
  readonly keys: readonly VisibleKey[];
  readonly likely: readonly VisibleKey[];
  readonly dependencies: readonly Dependency[];
  readonly notNull: ReadonlySet<ColumnId>;
  readonly values: ReadonlyMap<ColumnId, readonly string[]>;
  readonly terms: ReadonlyMap<ColumnId, Term>;
  readonly predicates: readonly Predicate[];
  readonly whole: ReadonlySet<ColumnId>;
  /** Nothing in the code keeps rows from being the same, or what does is only in what columns are computed from. */
  readonly unkeyed: boolean;
}

export function summarise(known: Properties, visible: ReadonlySet<ColumnId>, prover: Prover): Summary {
  const dependencies = dependenciesOf(known);
  return {
    keys: visibleKeys(known, dependencies, visible, mostKeys, prover),
    likely: likelyKeys(known, visible, prover),
    dependencies: visibleDependencies(known, dependencies, visible),
    notNull: known.notNull,
    values: known.values,
    terms: known.terms,
    predicates: known.predicates,
    whole: known.whole,
    unkeyed: known.row.some((id) => known.unkeyed.has(id)) || madeOfKeys(known, visible, prover),
  };
}

export function deriveInstance(
  node: BoundInstance,
  summaries: Map<BoundCte, Summary>,
  prover: Prover,
): Properties {
  let summary = summaries.get(node.of);
  if (!summary) {
    summary = summarise(prover.derive(node.of.node), new Set(node.of.schema.ids()), prover);
    summaries.set(node.of, summary);
  }
  const known = properties([node.row]);
  const columns = new Map(node.columns);
  // columns that another use of the CTE asked for are there in this use too
  const mapped = (ids: readonly ColumnId[]): ColumnId[] =>
    ids.map((id) => {
      const mine = columns.get(id) ?? prover.fresh();
      columns.set(id, mine);
      return mine;
    });
  const keyed = (key: VisibleKey): Dependency => ({
    from: mapped(key.columns),
    to: [node.row],
    why: key.why,
    ...(key.weak ? { weak: mapped(key.columns) } : {}),
  });
  for (const key of summary.keys) known.dependencies.push(keyed(key));
  for (const key of summary.likely) known.likely.push(keyed(key));
  for (const dependency of summary.dependencies)
    known.dependencies.push({
      ...dependency,
      from: mapped(dependency.from),
      to: mapped(dependency.to),
      ...(dependency.weak ? { weak: mapped(dependency.weak) } : {}),
      ...(dependency.present ? { present: mapped(dependency.present) } : {}),
    });
  known.dependencies.push({
    from: [node.row],
    to: [...columns.values()],
    why: reason(`${node.of.name}: a row has one value a column`, node.line),
  });
  for (const [inner, id] of columns) {
    if (summary.notNull.has(inner)) known.notNull.add(id);
    if (summary.whole.has(inner)) known.whole.add(id);
    const values = summary.values.get(inner);
    if (values) known.values.set(id, values);
    const term = summary.terms.get(inner);
    if (term) known.terms.set(id, term);
  }
  known.predicates = summary.predicates.map((predicate) => ({
    ...predicate,
    value: replaceColumns(predicate.value, columns),
  }));
  if (summary.keys.length === 0 && summary.unkeyed) known.unkeyed.add(node.row);
  return known;
}
