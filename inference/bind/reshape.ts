/** Arrays, table functions, pivots: operators that turn values into rows or rows into columns. */
import type { Pivot, TableFunction, Unnest, Unpivot } from '../../schema/contracts/relation.ts';
import type { Binder, Place } from './binder.ts';
import type { BoundColumn, BoundExpression, BoundNode, ColumnId } from './bound.ts';
import { bindExpression } from './expression.ts';
import type { Site } from './expression.ts';
import { references } from './expressions.ts';
import { at, bind, from } from './relation.ts';
import type { Bound } from './relation.ts';
import { isNamed, isOpen, Schema } from './schema.ts';
import type { SchemaItem } from './schema.ts';
import { scopeOf } from './scope.ts';
import { fieldNames } from './struct.ts';

export function bindUnnest(unnest: Unnest, binder: Binder, place: Place): Bound {
  const made: BoundColumn[] = [];
  const scope = scopeOf([], place.outer);
  const value = bindExpression(unnest.value, { binder, place, scope, made });
  const own = new Set(unnest.columns.map((name) => name.toLowerCase()));
  const columns = new Map<string, ColumnId>();
  const column = (name: string): ColumnId => {
    const key = name.toLowerCase();
    const of: BoundExpression = own.has(key) ? value : { ex: 'field', value, field: name };
    const id = columns.get(key) ?? binder.define({ kind: 'element', of: [of] });
    columns.set(key, id);
    return id;
  };
  const items: SchemaItem[] = unnest.columns.map((name) => ({ name, id: column(name) }));
  const ordinality =
    unnest.ordinality === undefined ? undefined : binder.define({ kind: 'element', of: [value] });
  if (ordinality !== undefined && unnest.ordinality !== undefined)
    items.push({ name: unnest.ordinality, id: ordinality });
  const fields = fieldNames({ ex: 'field', value }, binder.definitions);
  items.push({
    of: [],
    ask: column,
    ...(unnest.columns.length > 0 ? { element: true } : {}),
    ...(fields === null ? {} : { fields }),
  });
  const node: BoundNode = {
    op: 'unnest',
    row: binder.generated(),
    value,
    columns,
    ...(ordinality === undefined ? {} : { ordinality }),
    ...at(unnest),
  };
  return from(node, new Schema(items), [], place);
}

export function bindFunction(call: TableFunction, binder: Binder, place: Place): Bound {
  const site: Site = { binder, place, scope: scopeOf([], place.outer), made: [] };
  const args = call.args.map((arg) => bindExpression(arg, site));
  const columns = new Map<string, ColumnId>();
  const column = (name: string): ColumnId => {
    const key = name.toLowerCase();
    const id = columns.get(key) ?? binder.define({ kind: 'element', of: args });
    columns.set(key, id);
    return id;
  };
  const items: SchemaItem[] = call.columns.map((name) => ({ name, id: column(name) }));
  if (items.length === 0) items.push({ of: [], ask: column });
  const name = (call.name[call.name.length - 1] ?? '').toLowerCase();
  const node: BoundNode = { op: 'function', name, args, row: binder.generated(), columns, ...at(call) };
  return from(node, new Schema(items), [], place);
}

export function bindPivot(pivot: Pivot, binder: Binder, place: Place): Bound {
  const input = bind(pivot.input, binder, place);
  const site: Site = { binder, place, scope: input.scope, made: [] };
  const values = pivot.aggregates.map((item) => bindExpression(item.value, site));
  const on = pivot.on.map((value) => bindExpression(value, site));
  const taken = new Set([...values, ...on].flatMap((value) => [...references(value)]));
  const value: BoundExpression = {
    ex: 'case',
    branches: [{ when: { ex: 'opaque', parts: on }, then: { ex: 'opaque', parts: values } }],
  };
  const made = (): ColumnId => binder.define({ kind: 'computed', value });
  const items: SchemaItem[] = input.schema.items.filter((item) => isOpen(item) || !taken.has(item.id));
  const group = items.filter(isNamed).map((item) => item.id);
  for (const name of pivot.outputs) items.push({ name, id: made() });
  if (pivot.outputs.length === 0)
    items.push({ of: input.schema.items.filter(isOpen).flatMap((item) => item.of), ask: made });
  const node: BoundNode = {
    op: 'pivot',
    input: input.node,
    row: binder.generated(),
    group: input.schema.open ? null : group,
    ...at(pivot),
  };
  return from(node, new Schema(items), [], place);
}

export function bindUnpivot(unpivot: Unpivot, binder: Binder, place: Place): Bound {
  const input = bind(unpivot.input, binder, place);
  const site: Site = { binder, place, scope: input.scope, made: [] };
  const values = unpivot.columns.map((column) => bindExpression(column, site));
  const taken = new Set(values.flatMap((value) => [...references(value)]));
  const name = binder.generated();
  const items: SchemaItem[] = input.schema.items.filter((item) => isOpen(item) || !taken.has(item.id));
  items.push({ name: unpivot.name, id: name });
  for (const column of unpivot.values)
    items.push({ name: column, id: binder.define({ kind: 'element', of: values }) });
  const node: BoundNode = { op: 'unpivot', input: input.node, row: binder.generated(), name, ...at(unpivot) };
  return from(node, new Schema(items), [], place);
}
