/**
 * From the key of one run's rows to the key of the table. Runs add up, and what holds among the rows of one run need not hold among
 * the rows of all: the way of writing decides.
 */
import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { InterfaceDependency } from './interface.ts';
import { reason } from './reason.ts';
import type { Run } from './run.ts';
import { nullsOf, proofOf, runKeys, widened, withoutWider } from './run-keys.ts';
import type { TableKey } from './run-keys.ts';
import { behindWatermark, notYetThere } from './write-append.ts';
import { matched, replacedBy } from './write-merge.ts';

export interface Write {
  readonly table: TableId;
  readonly mode: WriteMode;
  /** The first of the runs finds no table; no other one does so. */
  readonly firstOnce: boolean;
  /** The columns that say which rows are the same in a merge. */
  readonly uniqueKey: readonly string[];
  /** They are looked for in a part of the table only. */
  readonly matchesPart: boolean;
  /** Column or expression texts. */
  readonly partitionBy: readonly string[];
  readonly line?: number;
}

/** `runs`: every query whose rows go into the table. */
export function tableKeys(runs: readonly Run[], write: Write): TableKey[] {
  const keys = runKeys(runs);
  switch (write.mode) {
    case 'replace':
      return keys;
    case 'append':
      return keys.map(
        (key) =>
          behindWatermark(key, runs, write) ??
          notYetThere(key, runs, write) ?? { ...key, scope: 'partition' },
      );
    case 'partition_overwrite':
      return keys.map((key) => perPartition(key, runs, write));
    case 'merge':
    case 'delete_insert':
      return withoutWider([
        ...keys.map((key) => matched(key, runs, write) ?? ({ ...key, scope: 'partition' } as const)),
        ...replacedBy(keys, runs, write),
      ]);
    case 'snapshot':
      return versions(keys, runs, write);
    default:
      return [];
  }
}

/** Partitions are replaced whole, so all rows of a partition come from one run. */
function perPartition(key: TableKey, runs: readonly Run[], write: Write): TableKey {
  const columns = write.partitionBy.map((text) => columnIn(text, runs));
  if (columns.length === 0 || !columns.every((name) => name !== null)) return { ...key, scope: 'partition' };
  const why = reason(
    `a run replaces whole partitions (${write.partitionBy.join(', ')}), so its key holds within each`,
    write.line,
    [key.why],
  );
  return widened(key, columns, runs, why);
}

/** The one output column that a partition expression reads. */
function columnIn(text: string, runs: readonly Run[]): string | null {
  const words = new Set((text.match(/[A-Za-z_]\w*/g) ?? []).map((word) => word.toLowerCase()));
  const [first] = runs;
  const found = first?.columns.filter((column) => words.has(column.name.toLowerCase())) ?? [];
  const [only] = found;
  return found.length === 1 && only ? only.name : null;
}

/** A snapshot keeps every version of a row: one per key and the time from which it is valid. */
function versions(keys: readonly TableKey[], runs: readonly Run[], write: Write): TableKey[] {
  const { uniqueKey } = write;
  if (uniqueKey.length === 0) return [];
  const unique = runs.map((run) => proofOf(run, uniqueKey));
  if (!unique.every((proof) => proof !== null)) return [];
  const because = unique.flatMap((proof) => proof.used.map((dependency) => dependency.why));
  const weak = unique.some((proof) => proof.weak);
  const why = reason(
    `the snapshot keeps one row per ${uniqueKey.join(', ')} and time from which it is valid`,
    write.line,
    because,
  );
  const nulls = keys[0] ? nullsOf(uniqueKey, runs, weak) : 'unknown';
  const numbered = reason('dbt gives every version an id of its own', write.line, []);
  return [
    { columns: [...uniqueKey, 'dbt_valid_from'], scope: 'table', weak, nulls, why },
    { columns: ['dbt_scd_id'], scope: 'table', weak: false, nulls: 'none', why: numbered },
  ];
}

/** Versions of a snapshot end one after the other: so one of a key ends at a time, and one at most is current (ends never, NULL). */
export const snapshotDependency = ({ uniqueKey }: Pick<Write, 'uniqueKey'>): InterfaceDependency => ({
  from: [...uniqueKey, 'dbt_valid_to'],
  to: ['dbt_valid_from'],
  weak: false,
  assumed: false,
  rests_on: [],
});
