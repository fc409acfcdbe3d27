/**
 * Conditions on whether a row finds a partner elsewhere: `LEFT JOIN … WHERE other.id IS NULL`, `NOT IN (SELECT …)`. They stand as calls over pairs of
 * columns, ours and the other's, so that they are carried, compared and inherited like any condition.
 */
import type { BoundExpression, ColumnId } from '../bind/bound.ts';
import { origin } from './prover.ts';
import type { Prover } from './prover.ts';

/** `some`: only among part of the other table's rows. */
const names = {
  none: 'no_match',
  noneOfSome: 'no_match_in_part',
  one: 'has_match',
  oneOfSome: 'has_match_in_part',
} as const;

export function matchCondition(
  pairs: readonly { readonly left: ColumnId; readonly right: ColumnId }[],
  { matched, some }: { readonly matched: boolean; readonly some: boolean },
): BoundExpression {
  const name = matched ? (some ? names.oneOfSome : names.one) : some ? names.noneOfSome : names.none;
  const args = pairs.flatMap(({ left, right }): BoundExpression[] => [
    { ex: 'ref', id: left },
    { ex: 'ref', id: right },
  ]);
  return { ex: 'call', name, args };
}

/** The pairs of a condition that no row of the whole other table meets; null where it says something else. */
export function unmatchedPairs(
  value: BoundExpression,
): { readonly left: ColumnId; readonly right: ColumnId }[] | null {
  if (value.ex !== 'call' || value.name !== names.none) return null;
  const ids = value.args.flatMap((arg) => (arg.ex === 'ref' ? [arg.id] : []));
  return ids.length === value.args.length
    ? ids.flatMap((left, i) => (i % 2 === 0 ? [{ left, right: ids[i + 1] ?? -1 }] : []))
    : null;
}

type Call = Extract<BoundExpression, { ex: 'call' }>;

interface Match {
  readonly matched: boolean;
  readonly some: boolean;
  readonly own: readonly string[];
  readonly table: string;
  readonly columns: readonly string[];
}

export const isMatchCall = (call: Call): boolean => (Object.values(names) as string[]).includes(call.name);

/** Null where the other side is no stored table's columns, or a side has no text. */
function matchOf(
  call: Call,
  render: (value: BoundExpression) => string | null,
  prover: Prover,
): Match | null {
  const own: string[] = [];
  const others: string[] = [];
  for (const [i, arg] of call.args.entries()) {
    const text = i % 2 === 0 ? render(arg) : storedColumn(arg, prover);
    if (text === null) return null;
    (i % 2 === 0 ? own : others).push(text);
  }
  const tables = new Set(others.map((text) => text.slice(0, text.lastIndexOf('.'))));
  const [table = ''] = tables;
  if (tables.size !== 1) return null;
  return {
    matched: call.name === names.one || call.name === names.oneOfSome,
    some: call.name === names.noneOfSome || call.name === names.oneOfSome,
    own,
    table,
    columns: others.map((text) => text.slice(text.lastIndexOf('.') + 1)),
  };
}

/** `table.column`, also where it is a name that a table further up told. */
export function storedColumn(value: BoundExpression, prover: Prover): string | null {
  if (value.ex === 'opaque') return value.text?.includes('.') ? value.text : null;
  const definition = value.ex === 'ref' ? origin(prover, value.id) : undefined;
  return definition?.kind === 'table' ? `${definition.table}.${definition.column}` : null;
}

export function matchSql(
  call: Call,
  render: (value: BoundExpression) => string | null,
  prover: Prover,
): string | null {
  const match = matchOf(call, render, prover);
  if (match === null) return null;
  const equal = match.columns.map((column, i) => `${match.table}.${column} = ${match.own[i] ?? ''}`);
  const where = [...equal, ...(match.some ? ['…'] : [])].join(' and ');
  return `${match.matched ? '' : 'not '}exists (select 1 from ${match.table} where ${where})`;
}

export function matchWords(
  call: Call,
  render: (value: BoundExpression) => string | null,
  prover: Prover,
): string | null {
  const match = matchOf(call, render, prover);
  if (match === null) return null;
  const table = match.table.slice(match.table.lastIndexOf('.') + 1);
  const where = match.some ? `some rows of ${table}` : table;
  const same = match.columns.every((column, i) => column.toLowerCase() === match.own[i]?.toLowerCase());
  const as = same ? '' : ` (as ${match.columns.join(', ')})`;
  const what = `rows whose ${match.own.join(', ')} ${match.own.length === 1 ? 'is' : 'are'} in ${where}${as}`;
  return match.matched ? `only ${what}` : `excludes ${what}`;
}
