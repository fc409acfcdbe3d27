/** Joins that code writes anywhere, gathered per table and ranked. */
import type { ClaimValue } from '../../schema/contracts/claims.ts';
import { periodOf } from './phrase.ts';
import type { Place } from './places.ts';
import type { Cardinality, JoinObservation, JoinSide } from './observe.ts';

/** An observation with the table whose build it was found in. */
export interface FoundJoin {
  readonly observation: JoinObservation;
  readonly builder: string;
}

export interface RankedJoin {
  readonly table: string;
  readonly value: ClaimValue<'join'>;
  /** Builds that join so. */
  readonly builders: readonly string[];
  /** Where it was seen first: the builder, and the line of the file where both are known. */
  readonly first: { readonly builder: string; readonly place: Place | null };
}

/** At most so many joins a table; the commonest come first. */
const most = 12;

/**
 * Every join is said of both its tables. Ranked by how many builds write it (those seen only through a copied output column count half), then by name.
 */
export function rankJoins(
  found: Iterable<FoundJoin>,
  pathOf: (table: string) => string | null,
  testedKeysOf: (table: string) => readonly (readonly string[])[],
): Map<string, RankedJoin[]> {
  const joins = new Map<string, Gathered>();
  for (const { observation, builder } of found) {
    const { left, right } = observation;
    // A table's own derivation does not know its own tests.
    const cardinality =
      left.table === builder && testedKeysOf(builder).some((key) => covers(left.columns, key))
        ? fromUnique(observation.cardinality)
        : observation.cardinality;
    if (
      observation.kind === 'cross' ||
      left.columns.length === 0 ||
      left.columns.length !== right.columns.length
    )
      continue;
    if (left.table === right.table && left.columns.join() === right.columns.join()) continue;
    if (sameTimeOnly(observation)) continue;
    gather(joins, left, right, cardinality, builder, observation);
    gather(joins, right, left, flip(cardinality), builder, observation);
  }
  const byTable = Map.groupBy(joins.values(), (join) => join.left.table);
  return new Map(
    [...byTable].map(([table, all]) => [
      table,
      all
        .sort(byWeight)
        .slice(0, most)
        .map((join) => ranked(join, pathOf)),
    ]),
  );
}

function covers(columns: readonly string[], key: readonly string[]): boolean {
  const names = new Set(columns.map((column) => column.toLowerCase()));
  return key.every((column) => names.has(column.toLowerCase()));
}

/** The same with the left side unique. */
const fromUnique = (cardinality: JoinObservation['cardinality']): JoinObservation['cardinality'] =>
  cardinality === 'n:1' || cardinality === '1:1' ? '1:1' : '1:n';

/**
 * Equal dates alone say that two results are put side by side, not which rows belong together; what else they share is often computed and so not seen here. A
 * table that is unique on its date (a calendar, one row a day) is another matter.
 */
const sameTimeOnly = ({ left, right, cardinality }: JoinObservation): boolean =>
  (cardinality === 'unknown' || cardinality === 'n:m') &&
  left.columns.every(isTime) &&
  right.columns.every(isTime);

const isTime = (name: string): boolean =>
  /(^|_)(timestamp|time|at)$/i.test(name) || periodOf({ name, type: null, truncated: null }) !== null;

interface Gathered {
  readonly left: JoinSide;
  readonly right: JoinSide;
  cardinality: Cardinality;
  readonly builders: Set<string>;
  weight: number;
  readonly first: RankedJoin['first'];
}

function gather(
  joins: Map<string, Gathered>,
  left: JoinSide,
  right: JoinSide,
  cardinality: Cardinality,
  builder: string,
  { through, line, path }: JoinObservation,
): void {
  const pairs = left.columns.map(
    (column, index) => [column.toLowerCase(), (right.columns[index] ?? '').toLowerCase()] as const,
  );
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  const side = ({ table }: JoinSide, index: 0 | 1): JoinSide => ({
    table,
    columns: pairs.map((pair) => pair[index]),
  });
  const sides = [side(left, 0), side(right, 1)] as const;
  const key = JSON.stringify(sides);
  const known = joins.get(key) ?? {
    left: sides[0],
    right: sides[1],
    cardinality,
    builders: new Set<string>(),
    weight: 0,
    first: { builder, place: path === undefined || line === undefined ? null : { path, line } },
  };
  if (known.cardinality === 'unknown') known.cardinality = cardinality;
  if (!known.builders.has(builder)) known.weight += through === 'code' ? 1 : 0.5;
  known.builders.add(builder);
  joins.set(key, known);
}

const flip = (cardinality: Cardinality): Cardinality =>
  cardinality === '1:n' ? 'n:1' : cardinality === 'n:1' ? '1:n' : cardinality;

/** A join that finds one row is what most people look for; one of many rows with many is seldom meant. */
const worth: Readonly<Record<Cardinality, number>> = { 'n:1': 2, '1:1': 2, unknown: 1, '1:n': 1, 'n:m': 0.5 };

const byWeight = (a: Gathered, b: Gathered): number =>
  b.weight * worth[b.cardinality] - a.weight * worth[a.cardinality] || (nameOf(a) < nameOf(b) ? -1 : 1);
const nameOf = ({ left, right }: Gathered): string =>
  `${right.table} ${left.columns.join()} ${right.columns.join()}`;

function ranked(join: Gathered, pathOf: (table: string) => string | null): RankedJoin {
  const { left, right, cardinality, builders, first } = join;
  return {
    table: left.table,
    value: {
      columns: [...left.columns],
      to: right.table,
      to_path: pathOf(right.table),
      to_columns: [...right.columns],
      cardinality,
    },
    builders: [...builders].sort(),
    first,
  };
}
