/** Derived joins beside tested relationships. */
import type { ClaimValue } from '../schema/contracts/claims.ts';
import { firstJoins, sameJoin } from './accuracy.ts';

type Join = ClaimValue<'join'>;

/** Of one table, or of many together. */
export interface JoinFigures {
  /** Relationships that are tested. */
  readonly tested: number;
  /** Of these, among the first three derived joins of their columns. */
  readonly found: number;
  /** Derived joins among the first three of tested columns; `right`: those that are tested. */
  readonly listed: number;
  readonly right: number;
  /** Found ones whose other side is tested to be unique; a relationship test alone does not say so. */
  readonly cardinalities: number;
  /** Of these, derived with one row on the other side; `unknown` ones are neither right nor wrong. */
  readonly cardinalitiesRight: number;
  readonly cardinalitiesUnknown: number;
}

export const noJoins: JoinFigures = {
  tested: 0,
  found: 0,
  listed: 0,
  right: 0,
  cardinalities: 0,
  cardinalitiesRight: 0,
  cardinalitiesUnknown: 0,
};

/** `derived`: best first. */
export function scoreJoins(declared: readonly Join[], derived: readonly Join[]): JoinFigures {
  const tested = declared.filter((join, i) => declared.findIndex((other) => same(join, other)) === i);
  const columns = new Map(
    tested.map((join) => [[...join.columns].sort().join('\n').toLowerCase(), join.columns]),
  );
  const listed = [...columns.values()].flatMap((own) => firstJoins(own, derived));
  const found = tested.flatMap((join) => {
    const match = firstJoins(join.columns, derived).find((other) => sameJoin(join, other));
    return match ? [{ join, match }] : [];
  });
  const known = found.filter(({ join }) => toOne(join));
  return {
    tested: tested.length,
    found: found.length,
    listed: listed.length,
    right: listed.filter((join) => tested.some((other) => same(join, other))).length,
    cardinalities: known.length,
    cardinalitiesRight: known.filter(({ match }) => toOne(match)).length,
    cardinalitiesUnknown: known.filter(({ match }) => match.cardinality === 'unknown').length,
  };
}

const same = (a: Join, b: Join): boolean => sameJoin(a, b) && firstJoins(a.columns, [b]).length === 1;

const toOne = ({ cardinality }: Join): boolean => cardinality === '1:1' || cardinality === 'n:1';

export const plus = (a: JoinFigures, b: JoinFigures): JoinFigures =>
  Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, value + b[name as keyof JoinFigures]]),
  ) as unknown as JoinFigures;

/** Null of nothing. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
