/** Keys of tables in which rows with the same unique key replace each other. */
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';
import type { Run } from './run.ts';
import { bothRuns, containsAll, nullsOf, proofOf } from './run-keys.ts';
import type { TableKey } from './run-keys.ts';
import type { Write } from './write.ts';

/** Rows with the same unique key replace each other; the table is then unique on what fixes the unique key, if each run is. */
export function matched(key: TableKey, runs: readonly Run[], write: Write): TableKey | null {
  const { uniqueKey } = write;
  if (uniqueKey.length === 0) return null;
  const varying = uniqueKey.filter((name) => !isConstant(name, runs));
  if (!runs.every((run) => containsAll(run, key.columns, varying))) return null;
  if (write.mode === 'merge' && !runs.every((run) => proofOf(run, uniqueKey) !== null)) return null;
  const isPresent = (name: string): boolean => runs.every((run) => run.known.notNull.has(run.idOf(name) ?? -1)); // prettier-ignore
  const present = uniqueKey.every(isPresent);
  // a row with NULL in the unique key replaces nothing, also where the key's other columns give that NULL
  const lower = new Set(key.columns.map((name) => name.toLowerCase()));
  const nullable = varying.filter((name) => !isPresent(name) && !lower.has(name.toLowerCase()));
  return {
    ...key,
    columns: [...key.columns, ...nullable.map((name) => nameOfColumn(name, runs))],
    weak: key.weak || !present,
    nulls: nullable.length === 0 && (present || key.nulls === 'none') ? key.nulls : 'allowed',
    why: replacing(write, [key.why]),
  };
}

/** The unique key itself, where each run has one row for it by a key of fewer columns: rows of different runs replace each other. */
export function replacedBy(keys: readonly TableKey[], runs: readonly Run[], write: Write): TableKey[] {
  const proofs = runs.map((run) => proofOf(run, write.uniqueKey));
  if (write.uniqueKey.length === 0 || !proofs.every((proof) => proof !== null)) return [];
  if (keys.every((key) => matched(key, runs, write) !== null)) return [];
  const columns = write.uniqueKey.filter((name) => !isConstant(name, runs)).map((name) => nameOfColumn(name, runs)); // prettier-ignore
  const present = runs.every((run) => columns.every((name) => run.known.notNull.has(run.idOf(name) ?? -1)));
  const weak = !present || proofs.some((proof) => proof.weak);
  const why = replacing(write, [bothRuns(columns, proofs)]);
  return [{ columns, scope: 'table', weak, nulls: nullsOf(columns, runs, weak), why }];
}

/** Whether every row of every run has the same value. */
function isConstant(name: string, runs: readonly Run[]): boolean {
  const values = runs.map((run) => run.known.values.get(run.idOf(name) ?? -1));
  const [first] = values[0] ?? [];
  return first !== undefined && first !== 'null' && values.every((own) => own?.length === 1 && own[0] === first); // prettier-ignore
}

function replacing({ uniqueKey, line, matchesPart }: Write, because: readonly Reason[]): Reason {
  const names = uniqueKey.join(', ');
  const why = reason(`later runs replace rows with the same ${names}, so what is unique in each run stays unique`, line, because); // prettier-ignore
  const rest = `rows that come again with the same ${names} are in the part of the table that a run looks at`;
  return matchesPart ? { ...why, rests: [...(why.rests ?? []), rest] } : why;
}

const nameOfColumn = (name: string, [run]: readonly Run[]): string =>
  run?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name;
