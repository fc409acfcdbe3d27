/** Rows out of arrays, functions, literals and columns. */
import type {
  BoundExpression,
  BoundFunction,
  BoundUnnest,
  BoundUnpivot,
  BoundValues,
  ColumnId,
} from '../bind/bound.ts';
import { literalText } from './terms.ts';
import { properties } from './properties.ts';
import type { Properties } from './properties.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';

/** Functions whose result has no element twice. */
const series =
  /^(generate_(date|timestamp|datetime)?_?(array|series)|generate_series|sequence|range|array_generate_range|generate_subscripts|numbers)$/;

export const isSeries = (name: string): boolean => series.test(name.toLowerCase());

/** Places within the array, or names within the object; NULL where the other is meant. */
const places = ['index', 'pos', 'offset', 'ordinality', 'key', 'path'];

export function deriveUnnest(node: BoundUnnest): Properties {
  const known = properties([node.row]);
  const all = [...node.columns.values(), ...(node.ordinality === undefined ? [] : [node.ordinality])];
  known.dependencies.push({ from: [node.row], to: all, why: reason('an element has one value', node.line) });
  known.unkeyed.add(node.row); // fields of an element may well be a key
  const key = (id: ColumnId, text: string, weak: boolean): void => {
    known.dependencies.push({
      from: [id],
      to: [node.row],
      why: reason(text, node.line),
      ...(weak ? { weak: [id] } : {}),
    });
  };
  if (node.ordinality !== undefined)
    key(node.ordinality, 'each element has its own place in the array', false);
  for (const place of places) {
    const id = node.columns.get(place);
    if (id !== undefined) key(id, 'each element has its own place in the array', true);
  }
  const value = node.columns.get('value') ?? [...node.columns.values()][0];
  if (value !== undefined && withoutRepeats(node.value)) key(value, 'the array has no element twice', false);
  return known;
}

function withoutRepeats(value: BoundExpression): boolean {
  if (value.ex === 'call')
    return series.test(value.name) || /^(array_distinct|split_distinct)$/.test(value.name);
  if (value.ex !== 'array') return false;
  const literals = value.items.map((item) => (item.ex === 'literal' ? literalText(item) : null));
  return literals.every((item) => item !== null) && new Set(literals).size === literals.length;
}

export function deriveFunction(node: BoundFunction): Properties {
  const known = properties([node.row]);
  const columns = [...node.columns.values()];
  known.dependencies.push({
    from: [node.row],
    to: columns,
    why: reason('a row has one value a column', node.line),
  });
  const [value] = columns;
  if (value !== undefined && series.test(node.name)) {
    known.dependencies.push({
      from: [value],
      to: [node.row],
      why: reason('a series has no value twice', node.line),
    });
    known.notNull.add(value);
  } else known.unkeyed.add(node.row);
  return known;
}

export function deriveUnpivot(node: BoundUnpivot, prover: Prover): Properties {
  const known = prover.derive(node.input);
  known.dependencies.push({
    from: [...known.row, node.name],
    to: [node.row],
    why: reason('each row gives each of the columns once', node.line),
  });
  known.dependencies.push({
    from: [node.row],
    to: [node.name],
    why: reason('a row has one value a column', node.line),
  });
  known.row.push(node.row);
  known.whole = new Set(); // a row of NULLs gives none
  known.notNull.add(node.name);
  known.notNull.add(node.row);
  return known;
}

const mostRows = 2000;

/** Literal rows: a column without a value twice is a key. */
export function deriveValues(node: BoundValues): Properties {
  const known = properties([node.row]);
  known.dependencies.push({
    from: [node.row],
    to: [...node.columns],
    why: reason('a row has one value a column', node.line),
  });
  known.unkeyed.add(node.row);
  if (node.rows.length > mostRows) return known;
  const texts = node.rows.map((row) =>
    node.columns.map((_, i) => {
      const value = row[i];
      return value?.ex === 'literal' ? literalText(value) : null;
    }),
  );
  for (const [i, id] of node.columns.entries()) {
    const column = texts.map((row) => row[i] ?? null);
    const literal = column.every((text) => text !== null);
    if (literal && !column.includes('null')) known.notNull.add(id);
    const distinct = new Set(column);
    if (literal && distinct.size <= 32)
      known.values.set(
        id,
        [...distinct].filter((text) => text !== null),
      );
    if (node.rows.length === 1)
      known.dependencies.push({
        from: [],
        to: [id],
        local: true,
        why: reason('there is one literal row', node.line),
      });
    if (
      !literal ||
      new Set(column.map((text) => text.slice(text.indexOf(':') + 1))).size !== node.rows.length
    )
      continue;
    known.unkeyed.delete(node.row);
    known.dependencies.push({
      from: [id],
      to: [node.row],
      why: reason('no two literal rows are the same here', node.line),
    });
  }
  if (node.rows.length <= 1) {
    known.unkeyed.delete(node.row);
    known.dependencies.push({ from: [], to: [node.row], why: reason('there is one literal row', node.line) });
    return known;
  }
  pairs(node, texts, known);
  return known;
}

function pairs(node: BoundValues, texts: readonly (readonly (string | null)[])[], known: Properties): void {
  if (!known.unkeyed.has(node.row)) return;
  for (let i = 0; i < Math.min(node.columns.length, 6); i++)
    for (let j = i + 1; j < Math.min(node.columns.length, 6); j++) {
      const both = texts.map((row) => [row[i], row[j]]);
      if (both.some(([a, b]) => a == null || b == null)) continue;
      if (new Set(both.map((pair) => JSON.stringify(pair))).size !== both.length) continue;
      known.unkeyed.delete(node.row);
      known.dependencies.push({
        from: [node.columns[i] ?? -1, node.columns[j] ?? -1],
        to: [node.row],
        why: reason('no two literal rows are the same in these', node.line),
      });
    }
}
