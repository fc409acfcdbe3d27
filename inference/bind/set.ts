/** UNION, INTERSECT, EXCEPT: the columns of the branches side by side. */
import type { SetOperation } from '../../schema/contracts/relation.ts';
import type { Binder, Place } from './binder.ts';
import type { BoundNode, BoundQuery, ColumnId } from './bound.ts';
import { at, bindQuery, from } from './relation.ts';
import type { Bound } from './relation.ts';
import { isNamed, isOpen, Schema } from './schema.ts';
import type { SchemaItem } from './schema.ts';

export function bindSet(set: SetOperation, binder: Binder, place: Place): Bound {
  const inputs: BoundQuery[] = [];
  for (const [i, input] of set.inputs.entries()) {
    inputs.push(bindQuery(input, binder, i === 0 ? place : { ...place, defining: null }));
    if (i === 0 && place.defining && inputs[0]) place.defining.anchor = inputs[0].schema;
  }
  const [first] = inputs;
  if (!first || set.kind !== 'union') return keepFirst(set, inputs, binder, place);
  const columns: { id: ColumnId; from: ColumnId[] }[] = [];
  const merge = (of: ColumnId[]): ColumnId => {
    const id = binder.define({ kind: 'merged', of });
    columns.push({ id, from: of });
    return id;
  };
  const schema = new Schema(set.byName ? byName(inputs, merge) : byPosition(inputs, merge));
  const row = binder.generated();
  const node: BoundNode = { op: 'set', all: set.all, row, inputs, columns, schema, ...at(set) };
  return from(node, schema, [], place);
}

/** INTERSECT and EXCEPT give some rows of their first branch. */
function keepFirst(set: SetOperation, inputs: readonly BoundQuery[], binder: Binder, place: Place): Bound {
  const [first] = inputs;
  if (!first) {
    return from({ op: 'opaque', row: binder.generated(), reads: [] }, new Schema([]), [], place);
  }
  const some: BoundNode = { op: 'limit', input: first.node, ...at(set) };
  if (set.all) return from(some, first.schema, [], place);
  const row = binder.generated();
  return from(
    { op: 'distinct', input: some, row, schema: first.schema, ...at(set) },
    first.schema,
    [],
    place,
  );
}

type Merge = (of: ColumnId[]) => ColumnId;

/** By position up to the first star of any branch; behind it columns are matched by name. */
function byPosition(inputs: readonly BoundQuery[], merge: Merge): SchemaItem[] {
  const items = inputs.map((input) => input.schema.items);
  const known = items.map((list) => {
    const open = list.findIndex(isOpen);
    return open === -1 ? list.length : open;
  });
  const width = Math.min(...known);
  const merged: SchemaItem[] = [];
  for (let i = 0; i < width; i++) {
    const row = items.flatMap((list) => list[i] ?? []).filter(isNamed);
    const [head] = row;
    if (head && row.length === items.length)
      merged.push({ name: head.name, id: merge(row.map((item) => item.id)) });
  }
  if (inputs.some((input) => input.schema.open)) merged.push(behindStars(inputs, merge, width));
  return merged;
}

function behindStars(inputs: readonly BoundQuery[], merge: Merge, from: number): SchemaItem {
  const tails = inputs.map((input) => new Schema(input.schema.items.slice(from)));
  return {
    of: [...new Set(tails.flatMap((tail) => tail.items.filter(isOpen).flatMap((item) => item.of)))],
    ask: (name) => {
      const ids = tails.map((tail) => tail.find(name));
      const found = ids.filter((id) => id !== null);
      return found.length === ids.length ? merge(found) : null;
    },
  };
}

function byName(inputs: readonly BoundQuery[], merge: Merge): SchemaItem[] {
  const names = new Map<string, string>();
  for (const input of inputs)
    for (const column of input.schema.columns) {
      const key = column.name.toLowerCase();
      if (!names.has(key)) names.set(key, column.name);
    }
  const items: SchemaItem[] = [];
  for (const name of names.values()) {
    const ids = inputs.map((input) => input.schema.find(name)).filter((id) => id !== null);
    if (ids.length === inputs.length) items.push({ name, id: merge(ids) });
  }
  if (inputs.every((input) => input.schema.open)) items.push(behindStars(inputs, merge, 0));
  return items;
}
