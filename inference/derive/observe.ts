/** Joins that code writes: which columns of which tables are equated, and how many rows meet. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { BoundExpression, BoundNode, BoundQuery, ColumnId } from '../bind/bound.ts';
import { parts } from '../bind/expressions.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { TableInterface } from './interface.ts';

export type Cardinality = '1:1' | '1:n' | 'n:1' | 'n:m' | 'unknown';

export interface JoinSide {
  readonly table: TableId;
  readonly columns: readonly string[];
}

export interface JoinObservation {
  readonly left: JoinSide;
  readonly right: JoinSide;
  readonly kind: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof' | 'where';
  /** From the left table's rows to the right's, by the keys of the stored tables. */
  readonly cardinality: Cardinality;
  /** `output`: said of the built table, whose column is a copy of the joined one. */
  readonly through: 'code' | 'output';
  readonly line?: number;
  /** The file of `line`. */
  readonly path?: string;
}

interface Found {
  readonly pairs: readonly (readonly [ColumnId, ColumnId])[];
  readonly kind: JoinObservation['kind'];
  readonly line?: number;
}

export interface ObserveInput {
  readonly query: BoundQuery;
  readonly lineage: Lineage;
  readonly upstream: (table: TableId) => TableInterface | null;
}

/** A joined column may come from several tables (a union's); more than these are left out. */
const mostOrigins = 6;
const most = 400;

export function observeJoins(input: ObserveInput): JoinObservation[] {
  const observations = new Map<string, JoinObservation>();
  for (const found of equalities(input.query.node)) {
    for (const [left, right] of sidesOf(found, input.lineage)) {
      const observation: JoinObservation = {
        left,
        right,
        kind: found.kind,
        cardinality: cardinality(left, right, input.upstream),
        through: 'code',
        ...(found.line === undefined ? {} : { line: found.line }),
      };
      if (observations.size < most) observations.set(JSON.stringify([left, right, found.line]), observation);
    }
  }
  return [...observations.values()];
}

/** Whether each side's rows are unique on the joined columns, by what is known of the stored tables. */
export function cardinality(
  left: JoinSide,
  right: JoinSide,
  upstream: (table: TableId) => TableInterface | null,
): Cardinality {
  const [one, other] = [unique(left, upstream(left.table)), unique(right, upstream(right.table))];
  if (one === true && other === true) return '1:1';
  if (other === true) return 'n:1';
  if (one === true) return '1:n';
  return one === false && other === false ? 'n:m' : 'unknown';
}

/** `null`: no key of the table is known. */
function unique(side: JoinSide, table: TableInterface | null): boolean | null {
  if (!table || table.keys.length === 0) return null;
  const columns = new Set(side.columns.map((name) => name.toLowerCase()));
  return table.keys.some((key) => key.columns.every((name) => columns.has(name.toLowerCase())));
}

/** The tables and columns behind a join, one pair of sides for each two tables. */
function sidesOf(found: Found, lineage: Lineage): [JoinSide, JoinSide][] {
  const sides = new Map<
    string,
    { left: TableId; right: TableId; columns: Map<string, readonly [string, string]> }
  >();
  for (const [a, b] of found.pairs) {
    const [from, to] = [lineage.carried(a), lineage.carried(b)];
    if (from.length > mostOrigins || to.length > mostOrigins) continue;
    for (const left of from)
      for (const right of to) {
        if (left.table === right.table && left.column.toLowerCase() === right.column.toLowerCase()) continue;
        const key = `${left.table}\n${right.table}`;
        const entry = sides.get(key) ?? { left: left.table, right: right.table, columns: new Map() };
        entry.columns.set(`${left.column}\n${right.column}`.toLowerCase(), [left.column, right.column]);
        sides.set(key, entry);
      }
  }
  return [...sides.values()].map(({ left, right, columns }) => [
    { table: left, columns: [...columns.values()].map(([column]) => column) },
    { table: right, columns: [...columns.values()].map(([, column]) => column) },
  ]);
}

/** Every equality between columns of two relations in the query: joins, filters over joins, `IN (SELECT …)`. */
function equalities(root: BoundNode): Found[] {
  const found: Found[] = [];
  const seen = new Set<BoundNode>();
  const line = (node: BoundNode): { line?: number } => (node.line === undefined ? {} : { line: node.line });
  const inExpression = (value: BoundExpression, node: BoundNode): void => {
    if (value.ex === 'subquery') {
      const [column] = value.query.schema.columns;
      if (value.kind === 'in' && value.value?.ex === 'ref' && column)
        found.push({ pairs: [[value.value.id, column.id]], kind: 'semi', ...line(node) });
      visit(value.query.node);
    }
    for (const part of parts(value)) inExpression(part, node);
  };
  const visit = (node: BoundNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    switch (node.op) {
      case 'join':
        if (node.pairs.length > 0)
          found.push({
            pairs: node.pairs.map((pair) => [pair.left, pair.right]),
            kind: node.kind,
            ...line(node),
          });
        for (const value of [...node.leftOnly, ...node.rightOnly, ...node.others]) inExpression(value, node);
        visit(node.left);
        visit(node.right);
        return;
      case 'filter': {
        const pairs = node.conjuncts.flatMap((value): [ColumnId, ColumnId][] =>
          value.ex === 'binary' && value.op === '=' && value.left.ex === 'ref' && value.right.ex === 'ref'
            ? [[value.left.id, value.right.id]]
            : [],
        );
        if (pairs.length > 0) found.push({ pairs, kind: 'where', ...line(node) });
        for (const value of node.conjuncts) inExpression(value, node);
        visit(node.input);
        return;
      }
      case 'instance':
        visit(node.of.node);
        return;
      case 'set':
        for (const input of node.inputs) visit(input.node);
        return;
      case 'compute':
      case 'group':
        for (const column of node.columns) inExpression(column.value, node);
        visit(node.input);
        return;
      case 'distinct':
      case 'pivot':
      case 'unpivot':
      case 'limit':
        visit(node.input);
        return;
      default:
    }
  };
  visit(root);
  return found;
}

/** The observations said also of the built table, for its columns that are copies of joined ones. */
export function throughOutput(
  observations: readonly JoinObservation[],
  table: TableId,
  columns: readonly {
    readonly column: string;
    readonly from: readonly { readonly table: TableId; readonly column: string; readonly kind: string }[];
  }[],
  own: TableInterface,
  upstream: (table: TableId) => TableInterface | null,
): JoinObservation[] {
  const copies = new Map<string, string>();
  for (const { column, from } of columns) {
    const [only] = from;
    if (from.length === 1 && only && only.kind === 'copy') {
      const key = `${only.table}\n${only.column.toLowerCase()}`;
      if (!copies.has(key)) copies.set(key, column);
    }
  }
  const here = (id: TableId): TableInterface | null => (id === table ? own : upstream(id));
  const result: JoinObservation[] = [];
  for (const observation of observations)
    for (const [side, other] of [
      [observation.left, observation.right],
      [observation.right, observation.left],
    ] as const) {
      const renamed = side.columns.map((column) => copies.get(`${side.table}\n${column.toLowerCase()}`));
      if (!renamed.every((column) => column !== undefined) || other.table === table) continue;
      const left = { table, columns: renamed };
      const kind = cardinality(left, other, here);
      // Several rows on both sides: the other is mostly what the built table is made from.
      if (kind !== 'n:m')
        result.push({ ...observation, left, right: other, cardinality: kind, through: 'output' });
    }
  return result;
}

/**
 * Joins of the built table with tables whose whole key one of its columns copies: where that column repeats, it is a reference. Where it does not, the
 * built table is one with the other, which lineage says.
 */
export function copiedKeys(
  table: TableId,
  columns: Parameters<typeof throughOutput>[2],
  own: TableInterface,
  upstream: (table: TableId) => TableInterface | null,
): JoinObservation[] {
  return columns.flatMap(({ column, from }): JoinObservation[] => {
    const [only] = from;
    if (column === '*' || from.length !== 1 || only?.kind !== 'copy' || only.table === table) return [];
    const left = { table, columns: [column] };
    const right = { table: only.table, columns: [only.column] };
    if (unique(right, upstream(only.table)) !== true || unique(left, own) === true) return [];
    if (unique({ ...right, columns: [] }, upstream(only.table)) === true) return [];
    return [{ left, right, kind: 'left', cardinality: 'n:1', through: 'output' }];
  });
}
