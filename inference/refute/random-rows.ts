/** Random rows of a table that meet all that is known of it: types, NULLs, values, keys, dependencies. */
import type { InterfaceColumn, TableInterface } from '../derive/interface.ts';
import { typeClass, type TypeClass } from '../derive/types.ts';
import type { SqlValue } from './functions.ts';

export type Row = Readonly<Record<string, SqlValue>>;

const values: Readonly<Record<TypeClass | 'unknown', readonly SqlValue[]>> = {
  integer: [0, 1, 2],
  number: [0, 1, 1.5],
  string: ['a', 'b', 'c'],
  date: ['2024-01-30', '2024-01-31', '2024-02-29'],
  timestamp: ['2024-01-30 00:00:00', '2024-01-31 00:00:00', '2024-01-31 12:00:00'],
  boolean: [0, 1],
  unknown: [0, 1, 'a', '2024-01-31'],
};

/** At most six rows. `literals`: what the query compares with, so that conditions are met now and then. */
export function randomRows(
  known: TableInterface,
  columns: readonly InterfaceColumn[],
  literals: readonly SqlValue[],
  random: () => number,
): Row[] {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const value = (column: InterfaceColumn): SqlValue => {
    if (column.values !== null && column.values.length > 0) return fromLiteral(pick(column.values));
    if (column.nullable !== false && random() < 0.2) return null;
    const type = typeClass(column.type) ?? 'unknown';
    if (literals.length > 0 && (type === 'unknown' || type === 'string') && random() < 0.35) {
      const literal = pick(literals);
      return type === 'string' ? String(literal) : literal;
    }
    return pick(values[type]);
  };
  const rows: Record<string, SqlValue>[] = [];
  const wanted = Math.floor(random() * 6) + (random() < 0.9 ? 1 : 0);
  for (let tries = 0; rows.length < wanted && tries < wanted * 3; tries++) {
    const row: Record<string, SqlValue> = Object.create(null) as Record<string, SqlValue>;
    for (const column of columns) row[column.name.toLowerCase()] = value(column);
    for (const other of rows) followDependencies(row, other, known);
    if (rows.every((other) => compatible(row, other, known))) rows.push(row);
  }
  return rows;
}

/** Literals of interfaces are `type:text`, or `null`. */
function fromLiteral(literal: string): SqlValue {
  const type = literal.slice(0, literal.indexOf(':'));
  const value = literal.slice(literal.indexOf(':') + 1);
  if (literal === 'null') return null;
  if (type === 'number') return Number(value);
  return type === 'boolean' ? Number(/^t/i.test(value)) : value;
}

const at = (row: Row, columns: readonly string[]): SqlValue[] =>
  columns.map((name) => row[name.toLowerCase()] ?? null);
const same = (a: Row, b: Row, columns: readonly string[]): boolean =>
  JSON.stringify(at(a, columns)) === JSON.stringify(at(b, columns));

function followDependencies(row: Record<string, SqlValue>, other: Row, known: TableInterface): void {
  for (const { from, to, weak, assumed } of known.determines) {
    if (assumed || (weak && at(row, from).includes(null)) || !same(row, other, from)) continue;
    for (const name of to) row[name.toLowerCase()] = other[name.toLowerCase()] ?? null;
  }
}

/** Two rows may stand in one table. What is merely assumed of it binds nothing: no proof rests on it. */
function compatible(row: Row, other: Row, known: TableInterface): boolean {
  const keysHold = known.keys.every(
    ({ columns, basis, weak }) =>
      basis === 'assumed' || (weak && at(row, columns).includes(null)) || !same(row, other, columns),
  );
  return (
    keysHold &&
    known.determines.every(
      ({ from, to, weak, assumed }) =>
        assumed || (weak && at(row, from).includes(null)) || !same(row, other, from) || same(row, other, to),
    )
  );
}
