/** Resolves the names in a relation, operator by operator. */
import type { NameRef } from '../../schema/contracts/names.ts';
import type { Alias, CteScan, Relation, Scan, Values, With } from '../../schema/contracts/relation.ts';
import type { Binder, CteState, Place } from './binder.ts';
import type { BoundCte, BoundNode, BoundQuery, ColumnId } from './bound.ts';
import { bindExpression } from './expression.ts';
import { bindFunction, bindPivot, bindUnnest, bindUnpivot } from './reshape.ts';
import { isOpen, Schema } from './schema.ts';
import type { SchemaItem } from './schema.ts';
import { scopeOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { bindAggregate, bindDistinct, bindFilter, bindProject } from './select.ts';
import { bindJoin } from './join.ts';
import { bindSet } from './set.ts';

/** A relation whose names are resolved; `scope` is what expressions over it see. */
export interface Bound {
  readonly node: BoundNode;
  readonly schema: Schema;
  readonly scope: Scope;
}

export function bindQuery(relation: Relation, binder: Binder, place: Place): BoundQuery {
  const { node, schema } = bind(relation, binder, place);
  return { node, schema, correlated: place.outer ? [...place.outer.seen] : [] };
}

export function bind(relation: Relation, binder: Binder, place: Place): Bound {
  switch (relation.op) {
    case 'scan':
      return bindScan(relation, binder, place);
    case 'cte':
      return bindCte(relation, binder, place);
    case 'values':
      return bindValues(relation, binder, place);
    case 'project':
      return bindProject(relation, binder, place);
    case 'filter':
      return bindFilter(relation, binder, place);
    case 'join':
      return bindJoin(relation, binder, place);
    case 'aggregate':
      return bindAggregate(relation, binder, place);
    case 'distinct':
      return bindDistinct(relation, binder, place);
    case 'set':
      return bindSet(relation, binder, place);
    case 'unnest':
      return bindUnnest(relation, binder, place);
    case 'table_function':
      return bindFunction(relation, binder, place);
    case 'pivot':
      return bindPivot(relation, binder, place);
    case 'unpivot':
      return bindUnpivot(relation, binder, place);
    case 'sort':
      return bind(relation.input, binder, place);
    case 'limit': {
      const input = bind(relation.input, binder, place);
      const count = relation.count === undefined ? {} : { count: relation.count };
      return { ...input, node: { op: 'limit', input: input.node, ...count, ...at(relation) } };
    }
    case 'alias':
      return bindAlias(relation, binder, place);
    case 'with':
      return bindWith(relation, binder, place);
    case 'opaque': {
      const schema = new Schema([{ of: [], ask: (name) => binder.define({ kind: 'unresolved', name }) }]);
      const node: BoundNode = {
        op: 'opaque',
        row: binder.generated(),
        reads: relation.reads,
        ...at(relation),
      };
      return from(node, schema, [], place);
    }
  }
}

/** A node that stands in FROM under the given names. */
export function from(
  node: BoundNode,
  schema: Schema,
  names: readonly (readonly string[])[],
  place: Place,
): Bound {
  return { node, schema, scope: scopeOf([{ names, schema }], place.outer) };
}

export const at = (relation: { readonly line?: number }): { readonly line?: number } =>
  relation.line === undefined ? {} : { line: relation.line };

function bindScan(scan: Scan, binder: Binder, place: Place): Bound {
  const table = binder.catalog.resolve(scan.table);
  const known = binder.catalog.columnsOf(table);
  const columns = new Map<string, ColumnId>();
  const items: SchemaItem[] = [];
  for (const { name, type } of known?.columns ?? []) {
    const id = binder.define({ kind: 'table', table, column: name, ...(type ? { type } : {}) });
    if (!columns.has(name.toLowerCase())) columns.set(name.toLowerCase(), id);
    items.push({ name, id });
  }
  if (!known?.complete)
    items.push({
      of: [table],
      ask: (name) => {
        const key = name.toLowerCase();
        const id = columns.get(key) ?? binder.define({ kind: 'table', table, column: name, assumed: true });
        columns.set(key, id);
        return id;
      },
    });
  const partial = scan.partial === undefined ? {} : { partial: true as const };
  const node: BoundNode = { op: 'scan', table, row: binder.generated(), columns, ...partial, ...at(scan) };
  return from(node, new Schema(items), suffixes(scan.table), place);
}

/** `a.b.c` may be called `a.b.c`, `b.c` and `c`. */
function suffixes(name: NameRef): string[][] {
  const lower = name.parts.map((part) => part.toLowerCase());
  return lower.map((_, start) => lower.slice(start));
}

function bindCte(scan: CteScan, binder: Binder, place: Place): Bound {
  const name = scan.name.toLowerCase();
  const state = place.ctes.get(name);
  if (!state) {
    const parts = scan.line === undefined ? { parts: [scan.name] } : { parts: [scan.name], line: scan.line };
    return bindScan({ op: 'scan', table: parts, ...at(scan) }, binder, place);
  }
  if (state.busy) return bindRecursion(state, binder, place);
  const of = (state.done ??= state.bind());
  const columns = new Map<ColumnId, ColumnId>();
  const instance = (inner: ColumnId): ColumnId => {
    const id = columns.get(inner) ?? binder.define({ kind: 'instance', of: inner });
    columns.set(inner, id);
    return id;
  };
  const node: BoundNode = { op: 'instance', of, row: binder.generated(), columns, ...at(scan) };
  return from(node, seenThrough(of.schema, instance), [[name]], place);
}

/** A schema with other numbers for the same columns. */
function seenThrough(schema: Schema, instance: (inner: ColumnId) => ColumnId): Schema {
  return new Schema(
    schema.items.map((item) =>
      isOpen(item)
        ? {
            ...item,
            ask: (name) => {
              const inner = schema.find(name);
              return inner === null ? null : instance(inner);
            },
          }
        : { name: item.name, id: instance(item.id) },
    ),
  );
}

/** A CTE's use of itself: its columns are those of the branch that starts it, its rows are unknown. */
function bindRecursion(state: CteState, binder: Binder, place: Place): Bound {
  const made = new Map<ColumnId, ColumnId>();
  const instance = (inner: ColumnId): ColumnId => {
    const id = made.get(inner) ?? binder.define({ kind: 'instance', of: inner });
    made.set(inner, id);
    return id;
  };
  const schema = state.anchor
    ? seenThrough(state.anchor, instance)
    : new Schema([{ of: [], ask: (name) => binder.define({ kind: 'unresolved', name }) }]);
  return from({ op: 'opaque', row: binder.generated(), reads: [] }, schema, [[state.name]], place);
}

function bindWith(relation: With, binder: Binder, place: Place): Bound {
  let ctes = place.ctes;
  for (const definition of relation.ctes) {
    const before = ctes;
    const name = definition.name.toLowerCase();
    const state: CteState = {
      name,
      busy: false,
      bind: (): BoundCte => {
        const recursive = definition.recursive === true;
        const visible = recursive ? new Map([...before, [name, state]]) : before;
        state.busy = true;
        try {
          const inner = bind(definition.relation, binder, {
            ctes: visible,
            outer: place.outer,
            defining: recursive ? state : null,
          });
          return { name, node: inner.node, schema: renamed(inner.schema, definition.columns) };
        } finally {
          state.busy = false;
        }
      },
    };
    ctes = new Map([...before, [name, state]]);
  }
  return bind(relation.body, binder, { ...place, ctes });
}

function bindAlias(alias: Alias, binder: Binder, place: Place): Bound {
  const input = bind(alias.input, binder, place);
  return from(input.node, renamed(input.schema, alias.columns), [[alias.name.toLowerCase()]], place);
}

/** New names by position, as far as the positions are known. */
export function renamed(schema: Schema, names: readonly string[] | undefined): Schema {
  if (!names || names.length === 0) return schema;
  const open = schema.items.findIndex(isOpen);
  const known = open === -1 ? schema.items.length : open;
  return new Schema(
    schema.items.map((item, i) => {
      const name = names[i];
      return name === undefined || i >= known || isOpen(item) ? item : { name, id: item.id };
    }),
  );
}

function bindValues(values: Values, binder: Binder, place: Place): Bound {
  const made: never[] = [];
  const scope = scopeOf([], place.outer);
  const rows = values.rows.map((row) =>
    row.map((value) => bindExpression(value, { binder, place, scope, made })),
  );
  const width = Math.max(values.columns.length, rows[0]?.length ?? 0);
  const columns = Array.from({ length: width }, () => binder.generated());
  const schema = new Schema(columns.map((id, i) => ({ name: values.columns[i] ?? `column${i + 1}`, id })));
  const node: BoundNode = { op: 'values', row: binder.generated(), columns, rows, ...at(values) };
  return from(node, schema, [], place);
}
