/**
 * How well derivation agrees with what people tested. A table's own tests are never used to derive its key, so declared and derived
 * claims are two independent witnesses.
 */
import type { ClaimValue, GrainKey } from '../schema/contracts/claims.ts';

/**
 * A key beside the tested ones. `exact`: the columns of one of them; `wider`: it contains one of them, so it is sound but not minimal; `narrower`:
 * fewer columns than one of them, so it says more than the test; `different`: neither; `none`: there is no key.
 */
export const keyVerdicts = ['exact', 'wider', 'narrower', 'different', 'none'] as const;
export type KeyVerdict = (typeof keyVerdicts)[number];

/** Columns of a key; empty: at most one row. */
export type KeyColumns = readonly string[];

export interface KeyComparison {
  readonly verdict: KeyVerdict;
  readonly tested: readonly KeyColumns[];
  /** The first derived key, which the verdict is of; null when nothing was derived. */
  readonly derived: GrainKey | null;
  /** A later derived key has the columns of a tested one: a table has several keys, and the test is of one. */
  readonly later: boolean;
}

type Grain = ClaimValue<'grain'>;

const columnSet = (columns: readonly string[]): Set<string> =>
  new Set(columns.map((column) => column.toLowerCase()));
const contains = (a: Set<string>, b: Set<string>): boolean => [...b].every((column) => a.has(column));

export function verdictOf(key: KeyColumns | undefined, tested: readonly KeyColumns[]): KeyVerdict {
  if (key === undefined) return 'none';
  const own = columnSet(key);
  const sets = tested.map(columnSet);
  if (sets.some((set) => set.size === own.size && contains(own, set))) return 'exact';
  if (sets.some((set) => contains(own, set))) return 'wider';
  return sets.some((set) => contains(set, own)) ? 'narrower' : 'different';
}

/** The keys of one basis, first come first; those of one run's partition or of current rows say something else and are left out. */
export const wholeKeys = (grain: Grain | null, ...bases: readonly GrainKey['basis'][]): GrainKey[] =>
  grain?.keys.filter((key) => key.scope === 'table' && bases.includes(key.basis)) ?? [];

/** Several claims' keys as one grain, most trusted first: proofs before assumptions, and what the first claim says beside. */
export function inOneGrain(grains: readonly Grain[]): Grain | null {
  const keys = grains.flatMap((grain) => grain.keys);
  const proved = keys.filter(({ basis }) => basis === 'proved');
  return grains[0] ? { ...grains[0], keys: [...proved, ...keys.filter((key) => !proved.includes(key))] } : null; // prettier-ignore
}

/** Of the first derived key. Null when the table has no tested key, so that there is nothing to compare. */
export function compareKeys(declared: Grain | null, derived: Grain | null): KeyComparison | null {
  const tested = wholeKeys(declared, 'tested').map((key) => key.columns);
  if (tested.length === 0) return null;
  const [first, ...more] = wholeKeys(derived, 'proved', 'assumed');
  return {
    verdict: verdictOf(first?.columns, tested),
    tested,
    derived: first ?? null,
    later: more.some((key) => verdictOf(key.columns, tested) === 'exact'),
  };
}

type JoinValue = ClaimValue<'join'>;

const joinKey = (join: JoinValue): string => {
  const pairs = join.columns.map((column, index) =>
    `${column}=${join.to_columns[index] ?? ''}`.toLowerCase(),
  );
  return `${join.to.toLowerCase()}|${pairs.sort().join('&')}`;
};

export const sameJoin = (a: JoinValue, b: JoinValue): boolean => joinKey(a) === joinKey(b);

/** The first derived joins of the same columns, best first. */
export function firstJoins(
  columns: readonly string[],
  derived: readonly JoinValue[],
  limit = 3,
): JoinValue[] {
  const wanted = columnSet(columns);
  return derived
    .filter((join) => join.columns.length === wanted.size && contains(columnSet(join.columns), wanted))
    .slice(0, limit);
}

/** Whether a declared relationship is among the first `limit` derived joins of the same columns. */
export const joinFound = (declared: JoinValue, derived: readonly JoinValue[], limit = 3): boolean =>
  firstJoins(declared.columns, derived, limit).some((join) => sameJoin(join, declared));
