/**
 * How well derivation agrees with what people tested. A table's own tests are never used to derive its key, so declared and derived
 * claims are two independent witnesses.
 */
import type { ClaimValue, GrainKey } from '../schema/contracts/claims.ts';

/**
 * The derived keys of the whole table beside the tested keys (a key of one run's partition, or of current rows, says something else). A table has several keys, and
 * the test is of one: `exact`: some derived key has the same columns as a tested one. Else of the first derived key: `narrower`: fewer columns than one of them, so it says more than the test; `wider`: it contains one of them, so it is
 * sound but not minimal; `different`: neither; `none`: nothing was derived.
 */
export type KeyVerdict = 'exact' | 'narrower' | 'wider' | 'different' | 'none';

export interface KeyComparison {
  readonly verdict: KeyVerdict;
  readonly tested: readonly (readonly string[])[];
  /** The one that the verdict is of; null when nothing was derived. */
  readonly derived: GrainKey | null;
}

type Grain = ClaimValue<'grain'>;

const columnSet = (columns: readonly string[]): Set<string> =>
  new Set(columns.map((column) => column.toLowerCase()));
const contains = (a: Set<string>, b: Set<string>): boolean => [...b].every((column) => a.has(column));

/** Null when the table has no tested key, so that there is nothing to compare. */
export function compareKeys(declared: Grain | null, derived: Grain | null): KeyComparison | null {
  const tested = (declared?.keys ?? []).filter((key) => key.basis === 'tested').map((key) => key.columns);
  if (tested.length === 0) return null;
  const whole = derived?.keys.filter((key) => key.scope === 'table') ?? [];
  const sets = tested.map(columnSet);
  const verdictOf = ({ columns }: GrainKey): KeyVerdict => {
    const own = columnSet(columns);
    if (sets.some((set) => set.size === own.size && contains(own, set))) return 'exact';
    if (sets.some((set) => contains(own, set))) return 'wider';
    return sets.some((set) => contains(set, own)) ? 'narrower' : 'different';
  };
  const key = whole.find((one) => verdictOf(one) === 'exact') ?? whole[0];
  return key === undefined
    ? { verdict: 'none', tested, derived: null }
    : { verdict: verdictOf(key), tested, derived: key };
}

type JoinValue = ClaimValue<'join'>;

const joinKey = (join: JoinValue): string => {
  const pairs = join.columns.map((column, index) =>
    `${column}=${join.to_columns[index] ?? ''}`.toLowerCase(),
  );
  return `${join.to.toLowerCase()}|${pairs.sort().join('&')}`;
};

/** Whether a declared relationship is among the first `limit` derived joins of the same columns. */
export function joinFound(declared: JoinValue, derived: readonly JoinValue[], limit = 3): boolean {
  const columns = columnSet(declared.columns);
  const ofSameColumns = derived.filter(
    (join) => join.columns.length === columns.size && contains(columnSet(join.columns), columns),
  );
  return ofSameColumns.slice(0, limit).some((join) => joinKey(join) === joinKey(declared));
}
