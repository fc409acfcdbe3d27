/** What is known of the rows that an operator gives. */
import type { BoundExpression, ColumnId } from '../bind/bound.ts';
import { Dependencies } from './dependencies.ts';
import type { Dependency } from './dependencies.ts';
import type { Reason } from './reason.ts';

/** A condition that every row meets. `run`: it depends on a run's parameters or on what the table held before. */
export interface Predicate {
  readonly value: BoundExpression;
  readonly line?: number;
  readonly run?: true;
}

/** How a value is put together, as far as it keeps its parts apart: `parts` are literals, null where a column stands. */
export interface Term {
  readonly shape: string;
  readonly parts: readonly (string | null)[];
}

/** A full join's equalities: who takes either side's value of all of them, takes what identifies the rows in `rows`. */
export interface FullJoin {
  readonly pairs: readonly { readonly left: ColumnId; readonly right: ColumnId; taken?: ColumnId }[];
  readonly rows: readonly ColumnId[];
  readonly why: Reason;
}

/** Owned by one operator at a time, which may change it in place. */
export interface Properties {
  /** The columns that together stand for a row's identity: what determines them is a key. */
  row: ColumnId[];
  dependencies: Dependency[];
  /** Those that hold if joins and unions do what they are mostly written for. They stand in no proof. */
  likely: Dependency[];
  notNull: Set<ColumnId>;
  /** Columns with few possible values: literals as `type:text`, `null` for NULL. */
  values: Map<ColumnId, readonly string[]>;
  terms: Map<ColumnId, Term>;
  predicates: Predicate[];
  /** Columns of one stored table, of whose rows none was left out: every value that the table has there is among these rows. */
  whole: Set<ColumnId>;
  /** Identities for which no key is known. */
  unkeyed: Set<ColumnId>;
  fullJoins: FullJoin[];
  /** Columns that are NULL exactly where an outer join found no partner: the condition that says so, and what stands for the partner's row. */
  unmatched: Map<ColumnId, { readonly condition: BoundExpression; readonly row: readonly ColumnId[] }>;
}

export function properties(row: readonly ColumnId[] = []): Properties {
  return {
    row: [...row],
    dependencies: [],
    likely: [],
    notNull: new Set(row),
    values: new Map(),
    terms: new Map(),
    predicates: [],
    whole: new Set(),
    unkeyed: new Set(),
    fullJoins: [],
    unmatched: new Map(),
  };
}

export const dependenciesOf = (of: Properties): Dependencies => new Dependencies(of.dependencies, of.notNull);

/** With the likely ones. */
export const hopesOf = ({ dependencies, likely, notNull }: Properties): Dependencies =>
  new Dependencies([...dependencies, ...likely], notNull);

/** Both operators' knowledge side by side; their columns are disjoint. Which rows are left is for the caller to say. */
export function merged(a: Properties, b: Properties): Properties {
  a.row.push(...b.row);
  a.dependencies.push(...b.dependencies);
  a.likely.push(...b.likely);
  for (const id of b.notNull) a.notNull.add(id);
  for (const [id, values] of b.values) a.values.set(id, values);
  for (const [id, term] of b.terms) a.terms.set(id, term);
  a.predicates.push(...b.predicates);
  a.whole = new Set();
  for (const id of b.unkeyed) a.unkeyed.add(id);
  a.fullJoins.push(...b.fullJoins);
  for (const [id, condition] of b.unmatched) a.unmatched.set(id, condition);
  return a;
}

/** Keeps only what is said of the given columns. */
export function restrict(of: Properties, to: ReadonlySet<ColumnId> | ReadonlyMap<ColumnId, unknown>): void {
  const about = (dependencies: readonly Dependency[]): Dependency[] =>
    dependencies.flatMap((dependency) => {
      if (!dependency.from.every((id) => to.has(id))) return [];
      const kept = dependency.to.filter((id) => to.has(id));
      if (kept.length === 0) return [];
      return [kept.length === dependency.to.length ? dependency : { ...dependency, to: kept }];
    });
  of.dependencies = about(of.dependencies);
  of.likely = about(of.likely);
  of.notNull = new Set([...of.notNull].filter((id) => to.has(id)));
  of.values = new Map([...of.values].filter(([id]) => to.has(id)));
  of.terms = new Map([...of.terms].filter(([id]) => to.has(id)));
  of.whole = new Set([...of.whole].filter((id) => to.has(id)));
}
