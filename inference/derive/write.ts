/**
 * From the key of one run's rows to the key of the table. Runs add up, and what holds among the rows of one run need not hold among
 * the rows of all: the way of writing decides.
 */
import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { ColumnId } from '../bind/bound.ts';
import { some } from '../bind/expressions.ts';
import { Dependencies } from './dependencies.ts';
import type { Dependency } from './dependencies.ts';
import type { InterfaceDependency } from './interface.ts';
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

export interface Write {
  readonly table: TableId;
  readonly mode: WriteMode;
  /** The columns that say which rows are the same in a merge. */
  readonly uniqueKey: readonly string[];
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
      return keys.map((key) => behindWatermark(key, runs, write) ?? { ...key, scope: 'partition' });
    case 'partition_overwrite':
      return keys.map((key) => perPartition(key, runs, write));
    case 'merge':
    case 'delete_insert':
      return keys.map((key) => matched(key, runs, write) ?? { ...key, scope: 'partition' });
    case 'snapshot':
      return versions(keys, runs, write);
    default:
      return [];
  }
}

/** Keys that hold among the rows of each run by itself. */
function runKeys(runs: readonly Run[]): TableKey[] {
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

function bothRuns(
  names: readonly string[],
  proofs: readonly { readonly used: readonly Dependency[] }[],
): Reason {
  return reason(
    names.length === 0 ? 'so there is at most one row' : `so there is one row per ${names.join(', ')}`,
    undefined,
    proofs.flatMap((proof) => proof.used.map((dependency) => dependency.why)),
  );
}

function proofOf(run: Run, names: readonly string[]): ReturnType<Dependencies['determines']> {
  const ids = idsOf(run, names);
  return ids && run.dependencies.determines(ids, run.known.row);
}

function idsOf(run: Run, names: readonly string[]): ColumnId[] | null {
  const ids = names.map((name) => run.idOf(name));
  return ids.every((id) => id !== undefined) ? ids : null;
}

const nameOf = (run: Run, id: ColumnId): string => run.columns.find((column) => column.id === id)?.name ?? '';

function nullsOf(names: readonly string[], runs: readonly Run[], weak: boolean): TableKey['nulls'] {
  const never = runs.every((run) => names.every((name) => run.known.notNull.has(run.idOf(name) ?? -1)));
  if (never) return 'none';
  return weak ? 'allowed' : 'unknown';
}

function withoutWider(keys: readonly TableKey[]): TableKey[] {
  return keys.filter(
    (key) =>
      !keys.some(
        (other) =>
          other !== key &&
          other.columns.length < key.columns.length &&
          (!other.weak || key.weak) &&
          (!other.why.assumed || key.why.assumed === true) &&
          other.columns.every((name) => key.columns.includes(name)),
      ),
  );
}

/** The key with more columns, less those that the others give within each row. */
function widened(key: TableKey, names: readonly string[], runs: readonly Run[], why: Reason): TableKey {
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

/** Rows with the same unique key replace each other; the table is then unique on what fixes the unique key, if each run is. */
function matched(key: TableKey, runs: readonly Run[], write: Write): TableKey | null {
  const { uniqueKey } = write;
  if (uniqueKey.length === 0) return null;
  if (!runs.every((run) => containsAll(run, key.columns, uniqueKey))) return null;
  if (write.mode === 'merge' && !runs.every((run) => proofOf(run, uniqueKey) !== null)) return null;
  const present = runs.every((run) => uniqueKey.every((name) => run.known.notNull.has(run.idOf(name) ?? -1)));
  return {
    ...key,
    weak: key.weak || !present,
    nulls: present || key.nulls === 'none' ? key.nulls : 'allowed',
    why: reason(
      `later runs replace rows with the same ${uniqueKey.join(', ')}, so what is unique in each run stays unique`,
      write.line,
      [key.why],
    ),
  };
}

function containsAll(run: Run, columns: readonly string[], wanted: readonly string[]): boolean {
  const lower = new Set(columns.map((name) => name.toLowerCase()));
  return wanted.every((name) => lower.has(name.toLowerCase())) || local(run, columns, wanted);
}

/** `WHERE ts > (SELECT MAX(ts) FROM this)`: rows of different runs differ in `ts`. */
function behindWatermark(key: TableKey, runs: readonly Run[], write: Write): TableKey | null {
  const later = runs[runs.length - 1];
  if (!later || runs.length < 2) return null;
  for (const predicate of later.known.predicates) {
    const { value } = predicate;
    const flipped = value.ex === 'binary' && value.op === '<';
    if (value.ex !== 'binary' || (value.op !== '>' && !flipped)) continue;
    const [column, limit] = flipped ? [value.right, value.left] : [value.left, value.right];
    if (column.ex !== 'ref' || limit.ex !== 'subquery' || limit.kind !== 'scalar') continue;
    const name = later.columns.find((each) => each.id === column.id)?.name;
    if (name === undefined || !isOwnMaximum(limit.query.schema.columns[0]?.id, name, later, write.table))
      continue;
    const why = reason(
      `each run adds only rows with ${name} above all before`,
      predicate.line ?? write.line,
      [key.why],
    );
    return widened(key, [name], runs, why);
  }
  return null;
}

function isOwnMaximum(id: ColumnId | undefined, name: string, run: Run, table: TableId): boolean {
  if (id === undefined) return false;
  const definition = run.prover.definitions[id];
  if (definition?.kind !== 'computed') return false;
  const { value } = definition;
  const inner = value.ex === 'call' && /^(coalesce|ifnull|nvl)$/.test(value.name) ? value.args[0] : value;
  if (inner?.ex !== 'call' || inner.name !== 'max' || some(inner, (part) => part.ex === 'binary'))
    return false;
  const [argument] = inner.args;
  const origins = argument?.ex === 'ref' ? run.lineage.carried(argument.id) : [];
  const [only] = origins;
  return origins.length === 1 && only?.table === table && only.column.toLowerCase() === name.toLowerCase();
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
