/** The clauses of one SELECT: its list, filters, grouping and DISTINCT. */
import type {
  Aggregate,
  Distinct,
  Expression,
  Filter,
  Project,
  ProjectItem,
  Relation,
} from '../../schema/contracts/relation.ts';
import type { Binder, Place } from './binder.ts';
import type { BoundColumn, BoundExpression, BoundNode, ColumnId } from './bound.ts';
import { bindConjuncts, bindExpression, splitAnd } from './expression.ts';
import type { Site } from './expression.ts';
import { at, bind } from './relation.ts';
import type { Bound } from './relation.ts';
import { isNamed, Schema } from './schema.ts';
import type { SchemaItem } from './schema.ts';
import { scopeOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { expandStar } from './star.ts';

export function bindProject(project: Project, binder: Binder, place: Place): Bound {
  const input = bindWhole(project.input, binder, place);
  const made: BoundColumn[] = [];
  const schema = bindItems(project.items, { binder, place, scope: input.scope, made });
  const node: BoundNode = { op: 'compute', input: input.node, columns: made, ...at(project) };
  return { node, schema, scope: above(input.scope, schema) };
}

/**
 * What a select list, a grouping or a WHERE is written over. A list below it is that of another SELECT, or of an earlier step of a DataFrame, which hides what
 * that was written over.
 */
function bindWhole(input: Relation, binder: Binder, place: Place): Bound {
  const bound = bind(input, binder, place);
  return { ...bound, scope: { ...bound.scope, under: null } };
}

/** A select list is seen by what stands above it in the same SELECT, and so is what it was written over. */
function above(under: Scope, schema: Schema): Scope {
  return scopeOf([{ names: [], schema }], under.outer, { under, computed: under.computed });
}

function bindItems(items: readonly ProjectItem[], site: Site): Schema {
  const columns: SchemaItem[] = [];
  const aliases = new Map<string, BoundExpression>();
  const withAliases = { ...site, aliases };
  for (const item of items) {
    if (item.value.ex === 'star') {
      columns.push(...expandStar(item.value, withAliases));
      continue;
    }
    const value = bindExpression(item.value, withAliases);
    const id = site.binder.column(value, site.scope, site.made, item.line);
    const name = item.name ?? impliedName(item.value);
    columns.push({ name, id });
    if (name !== '') aliases.set(name.toLowerCase(), { ex: 'ref', id });
  }
  return new Schema(columns);
}

function impliedName(value: Expression): string {
  if (value.ex === 'column') return value.name;
  return value.ex === 'field' ? (value.field ?? '') : '';
}

export function bindFilter(filter: Filter, binder: Binder, place: Place): Bound {
  const input = (filter.clause === 'where' ? bindWhole : bind)(filter.input, binder, place);
  const made: BoundColumn[] = [];
  const site: Site = { binder, place, scope: input.scope, made };
  const conjuncts = bindConjuncts(splitAnd(filter.predicate), site);
  const node: BoundNode = {
    op: 'filter',
    input: computed(input.node, made, filter),
    conjuncts,
    clause: filter.clause,
    ...at(filter),
  };
  return { ...input, node };
}

/** The node with more columns computed on top, at the line of what needs them. */
export function computed(
  input: BoundNode,
  columns: readonly BoundColumn[],
  relation: { readonly line?: number },
): BoundNode {
  return columns.length === 0 ? input : { op: 'compute', input, columns, ...at(relation) };
}

export function bindAggregate(aggregate: Aggregate, binder: Binder, place: Place): Bound {
  const input = bindWhole(aggregate.input, binder, place);
  const below: BoundColumn[] = [];
  const keyOf = (key: Expression): ColumnId =>
    binder.column(
      bindExpression(key, { binder, place, scope: input.scope, made: below }),
      input.scope,
      below,
    );
  const meant = aggregate.keys.every((key) => !standsForOthers(key));
  const named = meant ? aggregate.keys.map(keyOf) : null;
  const made: BoundColumn[] = [];
  const schema = bindItems(aggregate.items, { binder, place, scope: input.scope, made });
  const keys = named ?? firstColumns(aggregate, schema);
  const node: BoundNode = {
    op: 'group',
    input: computed(input.node, below, aggregate),
    row: binder.generated(),
    keys,
    columns: made.filter((column) => named !== null || !keys?.includes(column.id)),
    ...(aggregate.sets
      ? { sets: aggregate.sets.map((set) => set.flatMap((index) => keys?.[index] ?? [])) }
      : {}),
    ...at(aggregate),
  };
  return { node, schema, scope: above(input.scope, schema) };
}

/** An ordinal over a list with a star in it (`SELECT t.*, … GROUP BY 1, 2`) was replaced by an item that is not the column meant. */
const standsForOthers = (key: Expression): boolean =>
  key.ex === 'star' || key.ex === 'window' || (key.ex === 'call' && key.aggregate === true);

/** The columns that `GROUP BY 1, 2, …, n` means; null when the keys are no such list, or the columns are not known. */
function firstColumns(aggregate: Aggregate, schema: Schema): ColumnId[] | null {
  const inOrder = aggregate.keys.every(
    (key, i) => JSON.stringify(key) === JSON.stringify(aggregate.items[i]?.value),
  );
  const first = schema.items.slice(0, aggregate.keys.length);
  return inOrder && first.length === aggregate.keys.length && first.every(isNamed)
    ? first.map((column) => column.id)
    : null;
}

export function bindDistinct(distinct: Distinct, binder: Binder, place: Place): Bound {
  const input = bind(distinct.input, binder, place);
  const made: BoundColumn[] = [];
  const on = distinct.on?.map((value): ColumnId => {
    const bound = bindExpression(value, { binder, place, scope: input.scope, made });
    return binder.column(bound, input.scope, made);
  });
  const node: BoundNode = {
    op: 'distinct',
    input: computed(input.node, made, distinct),
    row: binder.generated(),
    schema: input.schema,
    ...(on ? { on } : {}),
    ...at(distinct),
  };
  return { ...input, node };
}
