/** What people call the columns that a proof or a condition is about. */
import type { ColumnId, Definition } from '../bind/bound.ts';
import { isOpen } from '../bind/schema.ts';
import type { NamedColumn, Schema } from '../bind/schema.ts';
import type { Names } from './render.ts';

/**
 * Names of the output's columns, also for the same column as it was inside a CTE, as long as only one use of that CTE can be meant.
 */
export function outputNames(columns: readonly NamedColumn[], definitions: readonly Definition[]): Names {
  const uses = new Map<ColumnId, number>();
  for (const definition of definitions)
    if (definition.kind === 'instance') uses.set(definition.of, (uses.get(definition.of) ?? 0) + 1);
  const names = new Map<ColumnId, string>();
  for (const { id, name } of columns) {
    let at = id;
    for (let hops = 0; hops < 200; hops++) {
      if (!names.has(at)) names.set(at, name);
      const definition = definitions[at];
      if (definition?.kind !== 'instance' || uses.get(definition.of) !== 1) break;
      at = definition.of;
    }
  }
  return { of: (id) => names.get(id) };
}

/** Columns that come out through a star of unknown columns, and that the code itself reads: so they are there, whatever else is. */
export function namedBehindStars(schema: Schema, definitions: readonly Definition[]): NamedColumn[] {
  const tables = new Set(schema.items.filter(isOpen).flatMap((item) => item.of));
  const found = new Map<string, NamedColumn>();
  const read = definitions.flatMap((definition, id) =>
    definition.kind === 'table' && definition.assumed && tables.has(definition.table)
      ? [{ name: definition.column, id }]
      : [],
  );
  for (const { name, id: stored } of read) {
    const key = name.toLowerCase();
    if (found.has(key) || schema.known(name) !== undefined) continue;
    const id = schema.find(name);
    if (id !== null && sameColumn(id, stored, definitions)) found.set(key, { name, id });
  }
  return [...found.values()];
}

/** `stored` itself, or as it is seen through uses of CTEs. */
function sameColumn(id: ColumnId, stored: ColumnId, definitions: readonly Definition[]): boolean {
  let at = id;
  for (let hops = 0; at !== stored && hops < 200; hops++) {
    const definition = definitions[at];
    if (definition?.kind !== 'instance') return false;
    at = definition.of;
  }
  return at === stored;
}
