/** Keys that hold among the rows of each run of a table, and what follows for rows of different runs. */
import type { ColumnId } from '../bind/bound.ts';
import { Dependencies } from './dependencies.ts';
import type { Dependency } from './dependencies.ts';
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';
import type { Run } from './run.ts';

export interface TableKey {
  readonly columns: readonly string[];
  readonly scope: 'table' | 'partition';
  readonly weak: boolean;
  readonly nulls: 'none' | 'allowed' | 'unknown';
  readonly why: Reason;
}

/** Keys that hold among the rows of each run by itself. */
export function runKeys(runs: readonly Run[]): TableKey[] {
  const found = new Map<string, TableKey>();
  for (const run of runs)
    for (const key of run.keys) {
      const names = key.columns.map((id) => nameOf(run, id));
      const proofs = runs.map((other) => (other === run ? key : proofOf(other, names)));
      if (!proofs.every((proof) => proof !== null)) continue;
      const text = [...names].sort().join('\n').toLowerCase();
      if (found.has(text)) continue;
      const weak = proofs.some((proof) => proof.weak);
      found.set(text, {
        columns: names,
        scope: 'table',
        weak,
        nulls: nullsOf(names, runs, weak),
        why: proofs.length === 1 && key === proofs[0] ? key.why : bothRuns(names, proofs),
      });
    }
  return withoutWider([...found.values()]);
}

/** What holds in every run, by the proofs of each. */
export function bothRuns(
  names: readonly string[],
  proofs: readonly { readonly used: readonly Dependency[] }[],
): Reason {
  return reason(
    names.length === 0 ? 'so there is at most one row' : `so there is one row per ${names.join(', ')}`,
    undefined,
    proofs.flatMap((proof) => proof.used.map((dependency) => dependency.why)),
  );
}

/** Whether the columns identify a row of one run; null where that is not known. */
export function proofOf(run: Run, names: readonly string[]): ReturnType<Dependencies['determines']> {
  const ids = idsOf(run, names);
  return ids && run.dependencies.determines(ids, run.known.row);
}

function idsOf(run: Run, names: readonly string[]): ColumnId[] | null {
  const ids = names.map((name) => run.idOf(name));
  return ids.every((id) => id !== undefined) ? ids : null;
}

const nameOf = (run: Run, id: ColumnId): string => run.columns.find((column) => column.id === id)?.name ?? '';

/** Whether columns of the key can be NULL in some run. */
export function nullsOf(names: readonly string[], runs: readonly Run[], weak: boolean): TableKey['nulls'] {
  const never = runs.every((run) => names.every((name) => run.known.notNull.has(run.idOf(name) ?? -1)));
  if (never) return 'none';
  return weak ? 'allowed' : 'unknown';
}

/** Keys that contain no other one which says as much. */
export function withoutWider(keys: readonly TableKey[]): TableKey[] {
  return keys.filter(
    (key) =>
      !keys.some(
        (other) =>
          other !== key &&
          other.columns.length < key.columns.length &&
          (other.scope === 'table' || key.scope !== 'table') &&
          (!other.weak || key.weak) &&
          (!other.why.assumed || key.why.assumed === true) &&
          other.columns.every((name) => key.columns.includes(name)),
      ),
  );
}

/** The key with more columns, less those that the others give within each row. */
export function widened(
  key: TableKey,
  names: readonly string[],
  runs: readonly Run[],
  why: Reason,
): TableKey {
  let columns = [...new Set([...key.columns, ...names])];
  for (const name of [...names].reverse()) {
    const others = columns.filter((other) => other !== name);
    if (runs.every((run) => local(run, others, [name]))) columns = others;
  }
  return { ...key, columns, scope: 'table', nulls: nullsOf(columns, runs, key.weak), why };
}

/** Whether the columns determine the targets by what is computed within a row, so also between rows of different runs. */
function local(run: Run, names: readonly string[], targets: readonly string[]): boolean {
  const [from, to] = [idsOf(run, names), idsOf(run, targets)];
  if (!from || !to) return false;
  const within = run.known.dependencies.filter((dependency) => dependency.local && !dependency.why.assumed);
  return new Dependencies(within, run.known.notNull).determines(from, to)?.weak === false;
}

/** Whether rows of any runs that agree in `columns` agree in the wanted ones. */
export function containsAll(run: Run, columns: readonly string[], wanted: readonly string[]): boolean {
  const lower = new Set(columns.map((name) => name.toLowerCase()));
  return wanted.every((name) => lower.has(name.toLowerCase())) || local(run, columns, wanted);
}
