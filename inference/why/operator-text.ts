/** What an operator does, as one line of SQL. */
import type { BoundExpression, BoundJoin, BoundNode, ColumnId } from '../bind/bound.ts';
import type { Prover } from '../derive/prover.ts';
import { origin } from '../derive/prover.ts';
import { renderExpression } from '../derive/render.ts';
import { plainSource } from './plan.ts';

export type NameOf = (id: ColumnId) => string;

const longest = 110;

/** The last part of a table's id. */
export const shortTable = (table: string): string => table.slice(table.lastIndexOf('.') + 1);

/** What the rows that an operator reads are called. */
export function sourceName(node: BoundNode): string {
  const source = plainSource(node);
  switch (source?.op) {
    case 'scan':
      return shortTable(source.table);
    case 'instance':
      return source.of.name;
    case 'unnest':
      return 'the elements of an array';
    case 'function':
      return `${source.name}(…)`;
    case 'values':
      return `${source.rows.length} literal rows`;
    default:
      return 'a subquery';
  }
}

/** Null for operators that go without saying. */
export function operatorText(node: BoundNode, nameOf: NameOf, prover: Prover): string | null {
  switch (node.op) {
    case 'scan':
    case 'instance':
    case 'unnest':
    case 'function':
    case 'values':
      return `FROM ${sourceName(node)}`;
    case 'opaque':
      return 'FROM a query that is not understood';
    case 'filter':
      return `${node.clause.toUpperCase()} ${clipped(node.conjuncts.map((value) => textOf(value, nameOf, prover)).join(' AND '))}`;
    case 'join':
      return joinText(node, nameOf, prover);
    case 'group':
      if (node.keys === null) return 'GROUP BY what is not known';
      if (node.keys.length === 0) return 'aggregates without GROUP BY';
      return `GROUP BY ${clipped(node.keys.map(nameOf).join(', '))}${node.sets && node.sets.length > 1 ? ` in ${node.sets.length} grouping sets` : ''}`;
    case 'distinct':
      return node.on ? `DISTINCT ON (${node.on.map(nameOf).join(', ')})` : 'SELECT DISTINCT';
    case 'set':
      return `UNION ${node.all ? 'ALL ' : ''}of ${node.inputs.length} branches`;
    case 'pivot':
      return 'PIVOT';
    case 'unpivot':
      return `UNPIVOT into ${nameOf(node.name)}`;
    case 'limit':
      return node.count === undefined ? 'LIMIT' : `LIMIT ${node.count}`;
    case 'compute':
      return null;
  }
}

function joinText(node: BoundJoin, nameOf: NameOf, prover: Prover): string {
  const kind = node.kind === 'inner' ? 'JOIN' : `${node.kind.toUpperCase()} JOIN`;
  const right = sourceName(node.right);
  const made = new Map(node.columns.map(({ id, value }) => [id, value]));
  const more = [...node.leftOnly, ...node.rightOnly, ...node.others];
  const words = [
    ...node.pairs.map((pair) => `${nameOf(pair.left)} = ${right}.${shortTable(nameOf(pair.right))}`),
    ...more.map((value) =>
      textOf(value.ex === 'ref' ? (made.get(value.id) ?? value) : value, nameOf, prover),
    ),
  ];
  return `${kind} ${right}${words.length === 0 ? '' : ` on ${clipped(words.join(' and '))}`}`;
}

function textOf(value: BoundExpression, nameOf: NameOf, prover: Prover): string {
  const windowed =
    value.ex === 'binary' && value.left.ex === 'ref' ? rankText(value.left.id, nameOf, prover) : null;
  const right = value.ex === 'binary' ? renderExpression(value.right, prover, { of: nameOf }) : null;
  if (windowed !== null && right !== null && value.ex === 'binary') return `${windowed} ${value.op} ${right}`;
  return renderExpression(value, prover, { of: (id) => plainName(id, nameOf, prover) }) ?? 'a condition';
}

/** Only columns that have a name: an expression is written out. */
function plainName(id: ColumnId, nameOf: NameOf, prover: Prover): string | undefined {
  const kind = origin(prover, id)?.kind;
  return kind === 'computed' || kind === 'merged' ? undefined : nameOf(id);
}

/** `row_number() per user_id by updated_at`. */
function rankText(id: ColumnId, nameOf: NameOf, prover: Prover): string | null {
  const definition = origin(prover, id);
  if (definition?.kind !== 'computed' || definition.value.ex !== 'window') return null;
  const { call, partitionBy, orderBy } = definition.value;
  const by = partitionBy.length === 0 ? '' : ` per ${partitionBy.map(nameOf).join(', ')}`;
  const order = orderBy.map(
    (key) => `${renderExpression(key.value, prover, { of: nameOf }) ?? '…'}${key.descending ? ' desc' : ''}`,
  );
  return `${call.name}()${by}${order.length === 0 ? '' : ` by ${order.join(', ')}`}`;
}

const clipped = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
};
