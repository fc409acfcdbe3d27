/** What a run does to the rows that a table holds already. */
import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { SqlValue } from './functions.ts';

export type Tuple = readonly SqlValue[];

export interface Writing {
  readonly mode: WriteMode;
  /** Positions of the columns that say which rows are the same. */
  readonly uniqueKey: readonly number[];
  /** Positions of the columns that partition the table. */
  readonly partitionBy: readonly number[];
}

/** The rows after a run that brings `rows`; null for a way of writing that is not modelled. */
export function writeRows(
  before: readonly Tuple[],
  rows: readonly Tuple[],
  { mode, uniqueKey, partitionBy }: Writing,
): Tuple[] | null {
  switch (mode) {
    case 'replace':
      return [...rows];
    case 'append':
      return [...before, ...rows];
    case 'partition_overwrite':
      return partitionBy.length === 0 ? null : [...without(before, rows, partitionBy, true), ...rows];
    case 'merge':
    case 'delete_insert':
      return uniqueKey.length === 0 ? null : [...without(before, rows, uniqueKey, false), ...rows];
    default:
      return null;
  }
}

/** `nullsMatch`: NULL is a partition like any other; in a key it equals nothing. */
function without(
  before: readonly Tuple[],
  rows: readonly Tuple[],
  columns: readonly number[],
  nullsMatch: boolean,
): Tuple[] {
  const textOf = (row: Tuple): string => JSON.stringify(columns.map((i) => row[i] ?? null));
  const touched = new Set(
    rows.filter((row) => nullsMatch || columns.every((i) => (row[i] ?? null) !== null)).map(textOf),
  );
  return before.filter((row) => !touched.has(textOf(row)));
}
