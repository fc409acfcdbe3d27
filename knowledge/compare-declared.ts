/** What people declared of one table beside what follows from its code: two witnesses that do not know of each other. */
import type { Claim, ClaimField, ClaimValue, Origin } from '../schema/contracts/claims.ts';
import { compareKeys, inOneGrain, joinFound, type KeyVerdict } from './accuracy.ts';
import { personBehind } from './trust-order.ts';

/** Fields that are declared and derived alike. */
export const comparedFields = ['grain', 'join', 'upstream'] as const;
export type ComparedField = (typeof comparedFields)[number];

export interface Comparison {
  readonly table: string;
  readonly field: ComparedField;
  /** For keys as `KeyVerdict` has it; for joins and upstream tables `exact`, `different` (others were derived, for joins: of the same columns) or `none` (nothing was). */
  readonly verdict: KeyVerdict;
  /** In words. */
  readonly declared: string;
  /** In words; null when nothing was derived. */
  readonly derived: string | null;
}

/** A wider key is sound, though not minimal. */
export const agrees = ({ verdict }: Comparison): boolean => verdict === 'exact' || verdict === 'wider';

/** What people declared, or what was derived, most trusted first. A person's note is no test and left out. */
export const byTrust = <F extends ClaimField>(
  claims: readonly Claim[],
  field: F,
  origin: Origin,
): ClaimValue<F>[] =>
  claims
    .filter((claim) => claim.field === field && claim.origin === origin && personBehind(claim) === null)
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1))
    .map(({ value }) => value as ClaimValue<F>);

/** One comparison a declared statement; a table whose key nobody tests has none of field `grain`. */
export function compareDeclared(table: string, claims: readonly Claim[]): Comparison[] {
  const of = <F extends ComparedField>(field: F, origin: Origin): ClaimValue<F>[] =>
    byTrust(claims, field, origin);
  return [
    ...keyComparisons(table, of('grain', 'declared'), of('grain', 'derived')),
    ...joinComparisons(table, of('join', 'declared'), of('join', 'derived')),
    ...upstreamComparisons(table, of('upstream', 'declared'), of('upstream', 'derived')),
  ];
}

type Grain = ClaimValue<'grain'>;
type Join = ClaimValue<'join'>;
type Upstream = ClaimValue<'upstream'>;

const keyWords = (columns: readonly string[]): string => columns.join(', ') || 'at most one row';

function keyComparisons(table: string, declared: readonly Grain[], derived: readonly Grain[]): Comparison[] {
  const tests = declared.find(({ keys }) => keys.some(({ basis }) => basis === 'tested'));
  const compared = compareKeys(tests ?? null, inOneGrain(derived));
  if (compared === null) return [];
  const { verdict, tested, derived: key, later } = compared;
  const words =
    key && `${keyWords(key.columns)} [${key.basis}]${later ? '; the tested key comes after it' : ''}`;
  return [{ table, field: 'grain', verdict, declared: tested.map(keyWords).join(' or '), derived: words }];
}

const joinWords = ({ columns, to, to_columns }: Join): string =>
  `${columns.join(', ')} → ${to} (${to_columns.join(', ')})`;

/** Only joins of the same columns are rivals: what was derived of others says nothing. */
function joinComparisons(table: string, declared: readonly Join[], derived: readonly Join[]): Comparison[] {
  return declared.map((join) => {
    const columns = columnKey(join);
    const rivals = derived.filter((other) => columnKey(other) === columns);
    const found = joinFound(join, rivals);
    return {
      table,
      field: 'join',
      verdict: found ? 'exact' : rivals.length === 0 ? 'none' : 'different',
      declared: joinWords(join),
      derived: found ? joinWords(join) : some(rivals.map(joinWords)),
    };
  });
}

const columnKey = ({ columns }: Join): string =>
  columns
    .map((column) => column.toLowerCase())
    .sort()
    .join('\u001f');

function upstreamComparisons(
  table: string,
  declared: readonly Upstream[],
  derived: readonly Upstream[],
): Comparison[] {
  const found = derived.map((edge) => edge.table);
  return declared.map((edge) => ({
    table,
    field: 'upstream',
    verdict: found.includes(edge.table) ? 'exact' : found.length === 0 ? 'none' : 'different',
    declared: edge.table,
    derived: found.includes(edge.table) ? edge.table : some(found),
  }));
}

const some = (words: readonly string[]): string | null =>
  words.length === 0 ? null : `${words.slice(0, 3).join('; ')}${words.length > 3 ? '; …' : ''}`;
