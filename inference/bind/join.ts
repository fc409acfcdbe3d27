/** Joins: whose columns each part of the condition is about. */
import type { Join, Relation } from '../../schema/contracts/relation.ts';
import type { Binder, Place } from './binder.ts';
import type { BoundColumn, BoundExpression, BoundNode, ColumnId, JoinPair } from './bound.ts';
import { bindConjuncts, splitAnd } from './expression.ts';
import { references } from './expressions.ts';
import { joinRanges } from './ranges.ts';
import { at, bind } from './relation.ts';
import type { Bound } from './relation.ts';
import { isOpen, Schema } from './schema.ts';
import { scopeOf } from './scope.ts';
import type { Scope, Source } from './scope.ts';
import { computed } from './select.ts';

export function bindJoin(join: Join, binder: Binder, place: Place): Bound {
  const left = bind(join.left, binder, place);
  const seen = new Set<ColumnId>();
  const lateral = join.lateral === true || readsBeside(join.right);
  const right = bind(join.right, binder, lateral ? { ...place, outer: { scope: left.scope, seen } } : place);
  const shared = usingNames(join, left, right);
  const pairs: JoinPair[] = [];
  const coalesced: BoundColumn[] = [];
  const using = new Map(left.scope.using);
  for (const name of shared) {
    const l = left.scope.using.get(name.toLowerCase()) ?? firstIn(left.scope.sources, name);
    const r = right.scope.using.get(name.toLowerCase()) ?? firstIn(right.scope.sources, name);
    if (l === null || r === null) continue;
    pairs.push({ left: l, right: r });
    using.set(name.toLowerCase(), mergedColumn(join.kind, l, r, binder, coalesced));
  }
  const sources = keepsRight(join) ? [...left.scope.sources, ...right.scope.sources] : left.scope.sources;
  const scope = scopeOf(sources, place.outer, { using });
  const both = scopeOf([...left.scope.sources, ...right.scope.sources], place.outer, { using });
  const made: BoundColumn[] = [];
  const conjuncts = join.on ? bindConjuncts(splitAnd(join.on), { binder, place, scope: both, made }) : [];
  const sides = new Sides(left.scope.sources, right.scope.sources, made);
  const conditions = sides.sort(conjuncts);
  const node: BoundNode = {
    op: 'join',
    kind: join.kind,
    left: computed(
      left.node,
      made.filter((column) => sides.of(column.value) === 'left'),
      join,
    ),
    right: computed(
      right.node,
      made.filter((column) => sides.of(column.value) === 'right'),
      join,
    ),
    lateral,
    outer: [...seen],
    ...conditions,
    ranges: joinRanges(conditions.others, (value) => sides.of(value)),
    pairs: [...pairs, ...conditions.pairs],
    ...(pairs.length < shared.length ? { unfound: true } : {}),
    columns: [...coalesced, ...made.filter((column) => sides.of(column.value) === 'both')],
    match: binder.generated(),
    ...at(join),
  };
  return { node, schema: new Schema(everything(scope)), scope };
}

/** Arrays and table functions may read the relations before them whether or not the code says LATERAL. */
function readsBeside(relation: Relation): boolean {
  if (relation.op === 'alias') return readsBeside(relation.input);
  return relation.op === 'unnest' || relation.op === 'table_function';
}

const keepsRight = (join: Join): boolean => join.kind !== 'semi' && join.kind !== 'anti';

function everything(scope: Scope): ConstructorParameters<typeof Schema>[0] {
  const merged = [...scope.using].map(([name, id]) => ({ name, id }));
  const rest = scope.sources.flatMap((source) =>
    source.schema.items.filter((item) => isOpen(item) || !scope.using.has(item.name.toLowerCase())),
  );
  return [...merged, ...rest];
}

function usingNames(join: Join, left: Bound, right: Bound): readonly string[] {
  if (join.using !== 'natural') return join.using ?? [];
  if (left.schema.open || right.schema.open) return [];
  return left.schema.columns
    .map((column) => column.name)
    .filter((name) => right.schema.known(name) !== undefined);
}

function firstIn(sources: readonly Source[], name: string): ColumnId | null {
  for (const source of sources) {
    const id = source.schema.known(name);
    if (id !== undefined) return id;
  }
  const all = sources.filter((source) => source.schema.open);
  const others = all.filter((source) => !source.schema.elementOnly);
  const open = others.length > 0 ? others : all;
  return open.length === 1 ? (open[0]?.schema.find(name) ?? null) : null;
}

function mergedColumn(
  kind: Join['kind'],
  left: ColumnId,
  right: ColumnId,
  binder: Binder,
  made: BoundColumn[],
): ColumnId {
  if (kind === 'right') return right;
  if (kind !== 'full') return left;
  const value: BoundExpression = {
    ex: 'call',
    name: 'coalesce',
    args: [
      { ex: 'ref', id: left },
      { ex: 'ref', id: right },
    ],
  };
  const id = binder.define({ kind: 'computed', value });
  made.push({ id, value });
  return id;
}

type Side = 'left' | 'right' | 'both' | 'none';

/** Tells which side's columns an expression reads. */
class Sides {
  readonly #left: Set<ColumnId>;
  readonly #right: Set<ColumnId>;
  readonly #made: Map<ColumnId, BoundExpression>;

  constructor(left: readonly Source[], right: readonly Source[], made: readonly BoundColumn[]) {
    this.#left = new Set(left.flatMap((source) => source.schema.ids()));
    this.#right = new Set(right.flatMap((source) => source.schema.ids()));
    this.#made = new Map(made.map((column) => [column.id, column.value]));
  }

  of(value: BoundExpression): Side {
    let left = false;
    let right = false;
    for (const id of references(value)) {
      const inner = this.#made.get(id);
      const side =
        inner && inner !== value
          ? this.of(inner)
          : this.#right.has(id)
            ? 'right'
            : this.#left.has(id)
              ? 'left'
              : 'both';
      left ||= side === 'left' || side === 'both';
      right ||= side === 'right' || side === 'both';
    }
    if (left && right) return 'both';
    return left ? 'left' : right ? 'right' : 'none';
  }

  sort(conjuncts: readonly BoundExpression[]): {
    pairs: JoinPair[];
    leftOnly: BoundExpression[];
    rightOnly: BoundExpression[];
    others: BoundExpression[];
  } {
    const sorted = {
      pairs: [] as JoinPair[],
      leftOnly: [] as BoundExpression[],
      rightOnly: [] as BoundExpression[],
      others: [] as BoundExpression[],
    };
    for (const conjunct of conjuncts) {
      const pair = this.#pair(conjunct);
      const side = this.of(conjunct);
      if (pair) sorted.pairs.push(pair);
      else if (side === 'left') sorted.leftOnly.push(conjunct);
      else if (side === 'right') sorted.rightOnly.push(conjunct);
      else sorted.others.push(conjunct);
    }
    return sorted;
  }

  #pair(value: BoundExpression): JoinPair | null {
    if (value.ex !== 'binary' || value.left.ex !== 'ref' || value.right.ex !== 'ref') return null;
    const nullSafe = value.op === 'IS NOT DISTINCT FROM' || value.op === '<=>';
    if (value.op !== '=' && value.op !== '==' && !nullSafe) return null;
    const [a, b] = [this.of(value.left), this.of(value.right)];
    const ids =
      a === 'left' && b === 'right'
        ? { left: value.left.id, right: value.right.id }
        : a === 'right' && b === 'left'
          ? { left: value.right.id, right: value.left.id }
          : null;
    return ids && (nullSafe ? { ...ids, nullSafe } : ids);
  }
}
