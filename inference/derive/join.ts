/** Joins: which rows meet, what of each side still holds, and where NULLs come in. */
import type { BoundExpression, BoundJoin, ColumnId, JoinPair, JoinRange } from '../bind/bound.ts';
import { references, some } from '../bind/expressions.ts';
import { assume, equate, predicate } from './assume.ts';
import { addColumn } from './compute.ts';
import type { Dependency } from './dependencies.ts';
import { matchCondition } from './match.ts';
import { dependenciesOf, merged } from './properties.ts';
import type { Properties } from './properties.ts';
import { named } from './prover.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';

export function deriveJoin(node: BoundJoin, prover: Prover): Properties {
  const left = prover.derive(node.left);
  if (node.kind === 'semi' || node.kind === 'anti') return semi(node, left, prover);
  const right = prover.derive(node.right);
  if (node.lateral && node.outer.length > 0) beside(right, node.outer);
  const sides = { left, right };
  const rows = { left: [...left.row], right: [...right.row] };
  const on = { left: node.pairs.map((pair) => pair.left), right: node.pairs.map((pair) => pair.right) };
  const lookedUp = node.kind === 'full' ? null : node.kind === 'right' ? 'left' : 'right';
  for (const side of ['left', 'right'] as const) {
    if (!mayBeUnique(sides[side], on[side])) continue;
    for (const id of rows[side]) sides[side].unkeyed.add(id);
    if (side === lookedUp && !hasKey(sides[side])) sides[side].likely.push(onePartner(node, on[side], rows[side], prover)); // prettier-ignore
  }
  const joined = combine(node, left, right, prover);
  for (const range of node.ranges) onePeriod(node, range, rows[range.side], joined, prover);
  for (const column of node.columns) addColumn(column, joined, prover);
  if (node.kind === 'inner' || node.kind === 'cross')
    for (const other of node.others) assume(other, joined, prover, node.line);
  return joined;
}

function combine(node: BoundJoin, left: Properties, right: Properties, prover: Prover): Properties {
  switch (node.kind) {
    case 'left':
    case 'asof':
      return outer(node, left, right, false, prover);
    case 'right':
      return outer(node, right, left, true, prover);
    case 'full':
      return full(node, left, right);
    default:
      return inner(node, left, right, prover);
  }
}

/** Rows joined on columns that are part of no known key: for all the code says, the columns may be unique, so no fan-out is proved. */
function mayBeUnique(side: Properties, columns: readonly ColumnId[]): boolean {
  if (columns.length === 0 || dependenciesOf(side).determines(columns, side.row)) return false;
  return !side.dependencies.some(
    (dependency) =>
      dependency.to.some((id) => side.row.includes(id)) &&
      columns.every((id) => dependency.from.includes(id)),
  );
}

/** A key is known, of other columns than those that are looked at: nothing says that these are one, too. */
function hasKey(side: Properties): boolean {
  const known = dependenciesOf(side);
  return side.dependencies.some(
    ({ from }) => !from.some((id) => side.row.includes(id)) && known.determines(from, side.row),
  );
}

/** Joins mostly look something up: what stands second has one row for each of the first. */
function onePartner(
  node: BoundJoin,
  columns: readonly ColumnId[],
  row: readonly ColumnId[],
  prover: Prover,
): Dependency {
  const text = (): string => `what is joined has one row per ${named(prover, columns)}`;
  const rests = ['joins find at most one row'];
  return {
    from: columns,
    to: row,
    why: { text, ...(node.line === undefined ? {} : { line: node.line }), rests, assumed: true },
  };
}

/**
 * `at` between two columns of the other side, beside equalities: at most one of its rows, if the periods of what is equated do not overlap. Code
 * hardly ever says so, hence an assumption; without an equality it would be a bold one.
 */
function onePeriod(
  node: BoundJoin,
  range: JoinRange,
  row: readonly ColumnId[],
  joined: Properties,
  prover: Prover,
): void {
  if (node.pairs.length === 0 || node.kind === 'full') return;
  const padded = node.kind === (range.side === 'right' ? 'left' : 'right');
  const other = node.pairs.map((pair) => (range.side === 'right' ? pair.left : pair.right));
  const own = node.pairs.map((pair) => (range.side === 'right' ? pair.right : pair.left));
  const rest = `the periods ${prover.nameOf(range.low)} to ${prover.nameOf(range.high)} of one ${named(prover, own)} do not overlap`;
  joined.dependencies.push({
    from: [...other, range.value, ...(padded ? [node.match] : [])],
    to: [...row],
    why: {
      text: () => `${prover.nameOf(range.value)} lies in at most one period of ${named(prover, own)}`,
      ...(node.line === undefined ? {} : { line: node.line }),
      rests: [rest],
      assumed: true,
    },
  });
}

/** A lateral side's own dependencies hold for each row of the other side. */
function beside(side: Properties, outerColumns: readonly ColumnId[]): void {
  side.dependencies = side.dependencies.map((dependency) =>
    dependency.local ? dependency : { ...dependency, from: [...dependency.from, ...outerColumns] },
  );
}

function semi(node: BoundJoin, left: Properties, prover: Prover): Properties {
  left.whole = new Set();
  if (node.kind === 'anti') return left;
  for (const condition of node.leftOnly) assume(condition, left, prover, node.line);
  for (const pair of node.pairs) if (!pair.nullSafe) left.notNull.add(pair.left);
  return left;
}

function inner(node: BoundJoin, left: Properties, right: Properties, prover: Prover): Properties {
  const found = partners(node, left, right);
  const all = merged(left, right);
  for (const condition of [...node.leftOnly, ...node.rightOnly]) assume(condition, all, prover, node.line);
  for (const condition of found) all.predicates.push(predicate(condition, node.line));
  for (const pair of node.pairs) {
    equate(pair.left, pair.right, all, prover, node.line);
    if (pair.nullSafe) continue;
    all.notNull.add(pair.left);
    all.notNull.add(pair.right);
  }
  return all;
}

/** Rows without a partner are left out. Told of the side that may have several rows for one of the other's. */
function partners(node: BoundJoin, left: Properties, right: Properties): BoundExpression[] {
  const { pairs } = node;
  if (node.lateral || pairs.length === 0 || pairs.some((pair) => pair.nullSafe)) return [];
  const unique = (side: Properties, columns: readonly ColumnId[]): boolean =>
    dependenciesOf(side).determines(columns, side.row) !== null;
  const leftUnique = unique(
    left,
    pairs.map((pair) => pair.left),
  );
  const rightUnique = unique(
    right,
    pairs.map((pair) => pair.right),
  );
  const more = [...node.leftOnly, ...node.rightOnly, ...node.others].length > 0;
  const found = (of: readonly JoinPair[], other: Properties): BoundExpression =>
    matchCondition(of, { matched: true, some: more || !isWhole(of, other) });
  const flipped = pairs.map((pair) => ({ left: pair.right, right: pair.left }));
  return [
    ...(rightUnique || !leftUnique ? [found(pairs, right)] : []),
    ...(leftUnique ? [found(flipped, left)] : []),
  ];
}

/** Whether the pairs meet all rows of the other side's table. */
const isWhole = (pairs: readonly JoinPair[], other: Properties): boolean =>
  pairs.every(({ right }) => other.whole.has(right));

/** All rows of `kept`; the columns of `added` are NULL where nothing matches. */
function outer(
  node: BoundJoin,
  kept: Properties,
  added: Properties,
  swapped: boolean,
  prover: Prover,
): Properties {
  const pairs = node.pairs.map((pair): JoinPair =>
    swapped ? { ...pair, left: pair.right, right: pair.left } : pair,
  );
  const ofKept = swapped ? node.rightOnly : node.leftOnly;
  const ofAdded = swapped ? node.leftOnly : node.rightOnly;
  for (const condition of ofAdded) assume(condition, added, prover, node.line);
  for (const pair of pairs) if (!pair.nullSafe) added.notNull.add(pair.right);
  const { match } = node;
  const whole = node.kind === 'asof' ? new Set<ColumnId>() : kept.whole;
  const withNulls = (of: readonly Dependency[]): Dependency[] => of.flatMap((dependency) => padded(dependency, match, added)); // prettier-ignore
  const result = merged(kept, {
    ...added,
    dependencies: withNulls(added.dependencies),
    likely: withNulls(added.likely),
    notNull: new Set(),
    values: new Map(),
    terms: new Map(),
    predicates: [],
    fullJoins: [],
    unmatched: unmatchedColumns(pairs, added, [...ofKept, ...node.others].length > 0),
  });
  result.whole = whole;
  const keptRow = result.row.slice(0, result.row.length - added.row.length);
  const plain = [...ofKept, ...ofAdded, ...node.others];
  const simple = !plain.some((value) => some(value, (part) => part.ex === 'subquery'));
  const deciding = new Set(pairs.map((pair) => pair.left));
  for (const value of [...ofKept, ...node.others]) for (const id of references(value)) deciding.add(id);
  const matching = reason(
    () => `whether a row finds a match depends on ${named(prover, [...deciding])}`,
    node.line,
  );
  result.dependencies.push({ from: keptRow, to: [match], why: matching });
  if (simple && node.others.length === 0 && !node.lateral)
    result.dependencies.push({ from: [...deciding], to: [match], why: matching });
  for (const pair of pairs)
    result.dependencies.push({
      from: [pair.left, match],
      to: [pair.right],
      local: true,
      why: reason(
        () => `${prover.nameOf(pair.left)} = ${prover.nameOf(pair.right)} where the rows match`,
        node.line,
      ),
    });
  if (node.kind === 'asof')
    result.dependencies.push({
      from: keptRow,
      to: added.row,
      why: reason('an ASOF join finds at most one row', node.line),
    });
  return result;
}

/** The side's columns that no real row has as NULL: where one is NULL, no row matched. */
function unmatchedColumns(
  pairs: readonly JoinPair[],
  side: Properties,
  more: boolean,
): Properties['unmatched'] {
  if (pairs.length === 0 || pairs.some((pair) => pair.nullSafe)) return new Map();
  const condition = matchCondition(pairs, { matched: false, some: more || !isWhole(pairs, side) });
  const row = [...side.row];
  return new Map([...side.notNull].map((id) => [id, { condition, row }]));
}

/**
 * A dependency of the side that may be NULL. Rows without match agree with it where it begins at a column that no real row has as NULL, or where it
 * says nothing of NULLs; else it holds among rows with a match, and among rows without.
 */
function padded(dependency: Dependency, match: ColumnId, side: Properties): Dependency[] {
  const { weak: needed, ...plain } = dependency;
  const weak = needed?.filter((id) => !side.notNull.has(id)) ?? [];
  const apart = dependency.from.some((id) => side.notNull.has(id));
  if (weak.length > 0) return [{ ...plain, weak }];
  return [apart ? plain : { ...plain, from: [...plain.from, match] }];
}

function full(node: BoundJoin, left: Properties, right: Properties): Properties {
  const proofs = [
    dependenciesOf(left).determines(
      node.pairs.map((pair) => pair.left),
      left.row,
    ),
    dependenciesOf(right).determines(
      node.pairs.map((pair) => pair.right),
      right.row,
    ),
  ] as const;
  const rows = [proofs[0] ? left.row : [], proofs[1] ? right.row : []].flat();
  const why = reason(
    'both sides of the full join are unique on its keys',
    node.line,
    proofs.flatMap((proof) => proof?.used.map((dependency) => dependency.why) ?? []),
  );
  const sides = [left, right].map((side) => ({
    ...properties(side),
    dependencies: side.dependencies.flatMap((dependency) => padded(dependency, node.match, side)),
  }));
  const [a, b] = sides;
  if (!a || !b) return left;
  const result = merged(a, b);
  result.dependencies.push(
    {
      from: [...left.row],
      to: [node.match],
      why: reason('a row of the left finds matches or none', node.line),
    },
    {
      from: [...right.row],
      to: [node.match],
      why: reason('a row of the right finds matches or none', node.line),
    },
  );
  const plain = node.leftOnly.length + node.rightOnly.length + node.others.length === 0;
  if (plain && node.pairs.length > 0 && rows.length > 0 && !node.pairs.some((pair) => pair.nullSafe))
    result.fullJoins.push({
      pairs: node.pairs.map(({ left: l, right: r }) => ({ left: l, right: r })),
      rows,
      why,
    });
  return result;
}

/** What is left of a side once all of its columns may be NULL. */
function properties(side: Properties): Properties {
  return {
    ...side,
    row: [...side.row],
    likely: [],
    notNull: new Set(),
    values: new Map(),
    terms: new Map(),
    predicates: [],
    fullJoins: [],
    unmatched: new Map(),
  };
}
