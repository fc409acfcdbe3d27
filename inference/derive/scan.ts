/** Stored tables: what their interface says, as facts about the columns of this scan. */
import type { BoundExpression, BoundScan, ColumnId } from '../bind/bound.ts';
import type { Expression } from '../../schema/contracts/relation.ts';
import type { InterfaceKey, TableInterface } from './interface.ts';
import { properties } from './properties.ts';
import type { Properties } from './properties.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';

export function deriveScan(node: BoundScan, prover: Prover): Properties {
  const known = properties([node.row]);
  const columns = new Map(node.columns);
  const column = (name: string): ColumnId => {
    const key = name.toLowerCase();
    const id = columns.get(key) ?? prover.fresh();
    columns.set(key, id);
    return id;
  };
  const table = prover.upstream(node.table);
  if (!table?.keys.some(({ basis }) => basis !== 'assumed')) known.unkeyed.add(node.row);
  if (table) inherit(table, node, known, column);
  if (!node.partial) known.whole = new Set(node.columns.values());
  known.dependencies.push({
    from: [node.row],
    to: [...columns.values()],
    why: reason(`${node.table}: a row has one value a column`, node.line),
  });
  return known;
}

function inherit(
  table: TableInterface,
  node: BoundScan,
  known: Properties,
  column: (name: string) => ColumnId,
): void {
  for (const key of table.keys)
    known.dependencies.push({
      from: key.columns.map(column),
      to: [node.row],
      ...(key.weak ? { weak: key.columns.map(column) } : {}),
      why: keyReason(node, key),
    });
  for (const key of table.likely ?? [])
    known.likely.push({ from: key.columns.map(column), to: [node.row], why: keyReason(node, key) });
  for (const { from, to, weak, assumed, rests_on } of table.determines)
    known.dependencies.push({
      from: from.map(column),
      to: to.map(column),
      ...(weak ? { weak: from.map(column) } : {}),
      why: {
        text: `${node.table}: ${from.join(', ') || 'nothing'} determines ${to.join(', ')}`,
        ...(node.line === undefined ? {} : { line: node.line }),
        ...(rests_on.length > 0 ? { rests: rests_on } : {}),
        ...(assumed ? { assumed: true } : {}),
      },
    });
  for (const { name, nullable, values } of table.columns) {
    const id = node.columns.get(name.toLowerCase());
    if (id === undefined) continue;
    if (nullable === false) known.notNull.add(id);
    if (values && values.length > 0) known.values.set(id, values);
  }
  for (const { predicate } of table.population) {
    const value = asBound(predicate, node.table, column);
    if (value) known.predicates.push({ value });
  }
}

function keyReason(node: BoundScan, key: InterfaceKey): Reason {
  const what =
    key.columns.length === 0
      ? `${node.table} holds at most one row`
      : `${node.table} has one row per ${key.columns.join(', ')}`;
  return {
    text: `${what} (${key.basis})`,
    ...(node.line === undefined ? {} : { line: node.line }),
    ...(key.rests_on.length > 0 ? { rests: key.rests_on } : {}),
    ...(key.basis === 'assumed' ? { assumed: true } : {}),
    ...(key.confidence === undefined ? {} : { confidence: key.confidence }),
  };
}

/** A predicate of the table as one over this scan's columns; columns from further up stay names. */
function asBound(
  value: Expression,
  table: string,
  column: (name: string) => ColumnId,
): BoundExpression | null {
  const of = (part: Expression): BoundExpression | null => asBound(part, table, column);
  switch (value.ex) {
    case 'column':
      return value.qualifier
        ? { ex: 'opaque', parts: [], text: [...value.qualifier, value.name].join('.') }
        : { ex: 'ref', id: column(value.name) };
    case 'literal':
      return value;
    case 'cast': {
      const inner = of(value.value);
      return inner && { ex: 'cast', value: inner, type: value.type };
    }
    case 'binary': {
      const [left, right] = [of(value.left), of(value.right)];
      return left && right && { ex: 'binary', op: value.op, left, right };
    }
    case 'unary': {
      const inner = of(value.value);
      return inner && { ex: 'unary', op: value.op, value: inner };
    }
    case 'in': {
      const inner = of(value.value);
      const list = value.list.map(of).filter((item) => item !== null);
      return inner && list.length === value.list.length ? { ex: 'in', value: inner, list } : null;
    }
    case 'between': {
      const [inner, low, high] = [of(value.value), of(value.low), of(value.high)];
      return inner && low && high && { ex: 'between', value: inner, low, high };
    }
    case 'field': {
      const inner = of(value.value);
      return inner && value.field !== undefined ? { ex: 'field', value: inner, field: value.field } : null;
    }
    case 'call': {
      const args = value.args.map(of).filter((arg) => arg !== null);
      return args.length === value.args.length ? { ex: 'call', name: value.name, args } : null;
    }
    default:
      return null;
  }
}
