/**
 * What a table is, from the code that builds it: one row's meaning, where its columns come from, what it leaves out, what it joins.
 * Pure; the table's own tests and declared keys are not read.
 */
import type { ClaimValue, ProofStep } from '../../schema/contracts/claims.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { NameRef, TableId } from '../../schema/contracts/names.ts';
import { isOpen } from '../bind/schema.ts';
import type { ColumnOrigins } from '../lineage/collapse.ts';
import type { Content } from './content.ts';
import { describeKey, grainOf } from './grain.ts';
import type { InterfaceColumn, InterfaceKey, TableInterface } from './interface.ts';
import { copiedKeys, observeJoins, throughOutput } from './observe.ts';
import type { JoinObservation } from './observe.ts';
import type { BuildInFile, Place } from './places.ts';
import { population, runWindow } from './population.ts';
import type { PopulationFact } from './population.ts';
import { mostKeys, mostLikely, visibleDependencies } from './project.ts';
import { hopesOf } from './properties.ts';
import type { Run } from './run.ts';
import { tableRuns } from './table-runs.ts';
import type { TableRuns } from './table-runs.ts';
import { columnType } from './types.ts';
import { snapshotDependency, tableKeys } from './write.ts';
import type { TableKey } from './run-keys.ts';
import type { Write } from './write.ts';

export interface DeriveInput {
  readonly table: TableId;
  /** The file of builds that name none; named in proof steps and diagnostics. */
  readonly path: string;
  readonly builds: readonly BuildInFile[];
  readonly resolve: (ref: NameRef) => TableId;
  /** What is known of another table; null when nothing is. */
  readonly upstream: (table: TableId) => TableInterface | null;
  /** Columns that partition the table where the builds do not say. */
  readonly partitionBy?: readonly string[];
}

export interface DerivedColumn {
  readonly name: string;
  /** 0-based; null behind columns whose names are not known. */
  readonly position: number | null;
  readonly type: string | null;
  readonly nullable: boolean | null;
  readonly values: readonly string[] | null;
}

/** What one run writes. `predicates`: conditions on a run's parameters, or on what the table holds already. */
export interface RunWindow {
  readonly kind: 'full' | 'incremental' | 'partition' | null;
  readonly predicates: readonly string[];
}

export interface DerivedTable {
  readonly columns: readonly DerivedColumn[];
  /** `false`: there may be columns besides these. */
  readonly complete: boolean;
  readonly grain: ClaimValue<'grain'>;
  /** How often a first key like this one is right; null where it is proved, or rests on assumptions of which that is not known. */
  readonly grainConfidence: number | null;
  /** An entry for column `*` names tables whose columns come through unseen. */
  readonly lineage: readonly ColumnOrigins[];
  readonly joins: readonly JoinObservation[];
  readonly population: readonly PopulationFact[];
  readonly window: RunWindow;
  readonly steps: { readonly grain: readonly ProofStep[]; readonly population: readonly ProofStep[] };
  readonly interface: TableInterface;
  readonly diagnostics: readonly Diagnostic[];
}

export function deriveTable(input: DeriveInput, made: TableRuns = tableRuns(input)): DerivedTable {
  const { content, runs, upstream, placeOf } = made;
  const [first] = runs;
  if (!first) return withoutRows(input);
  const write = writeOf(input, content);
  const keys = tableKeys(runs, write);
  const likely = likelyOf(runs, write, keys);
  const columns = columnsOf(first, runs);
  const complete = !runs.some((run) => run.open || !sameColumns(run, first));
  const lineage = lineageOf(runs);
  const kept = content.mode !== 'replace';
  const inAll = runs.slice(1).map((run) => {
    return new Set(population(run, input.table, kept).map((fact) => fact.sql));
  });
  const facts = population(first, input.table, kept)
    .filter((fact) => inAll.every((sqls) => sqls.has(fact.sql)))
    .map((fact) => placed(fact, placeOf));
  const grain = grainOf(keys, first, runs, complete);
  const own: TableInterface = {
    columns: columns.map(({ name, type, nullable, values }): InterfaceColumn => ({
      name,
      type,
      nullable,
      values,
    })),
    complete,
    keys: keys
      .filter((key) => key.scope === 'table')
      .slice(0, mostKeys)
      .map(interfaceKey),
    ...(likely.length > 0 && { likely }),
    determines: [
      ...determined(first, content.mode),
      ...(content.mode === 'snapshot' && content.uniqueKey.length > 0 ? [snapshotDependency(content)] : []),
    ],
    population: facts.flatMap(({ predicate, sql, words, local }) =>
      local ? [] : [{ predicate, sql, words }],
    ),
  };
  const observations = runs
    .flatMap((run) => observeJoins({ query: run.query, lineage: run.lineage, upstream }))
    .map((join) => placed(join, placeOf));
  return {
    columns,
    complete,
    grain,
    grainConfidence: (keys[0]?.why.assumed && keys[0].why.confidence) || null,
    lineage,
    joins: [
      ...observations,
      ...throughOutput(observations, input.table, lineage, own, upstream),
      ...copiedKeys(input.table, lineage, own, upstream),
    ],
    population: facts,
    window: windowOf(content.mode, runs),
    steps: {
      grain: describeKey(keys[0], placeOf),
      population: facts.map(({ words, path, line }) => ({
        text: words,
        ...(path === undefined || line === undefined ? {} : { path, line }),
      })),
    },
    interface: own,
    diagnostics: diagnosticsOf(runs, input.path, placeOf),
  };
}

/** Keys of the whole table that are no wider than those that are proved. */
function likelyOf(runs: readonly Run[], write: Write, keys: readonly TableKey[]): InterfaceKey[] {
  if (runs.every(({ likely }) => likely.length === 0)) return [];
  const hoping = runs.map((run) => ({ ...run, keys: [...run.likely, ...run.keys], dependencies: hopesOf(run.known) })); // prettier-ignore
  const known = new Set(keys.map(textOf));
  return tableKeys(hoping, write)
    .filter((key) => key.scope === 'table' && key.why.assumed && !known.has(textOf(key)))
    .slice(0, mostLikely)
    .map(interfaceKey);
}

const textOf = ({ columns }: TableKey): string => [...columns].sort().join('\n');

/** How the runs' rows come together in the table. */
const writeOf = (
  { table, partitionBy = [] }: Pick<DeriveInput, 'table' | 'partitionBy'>,
  content: Content,
): Write => ({
  table,
  mode: content.mode,
  firstOnce: content.firstOnce,
  uniqueKey: content.uniqueKey,
  matchesPart: content.matchesPart,
  partitionBy: content.partitionBy.length > 0 ? content.partitionBy : partitionBy,
  ...(content.line === undefined ? {} : { line: content.line }),
});

/** The same with its line as the line of a file. */
const placed = <T extends { readonly line?: number }>(
  one: T,
  placeOf: (line: number) => Place,
): T & Partial<Place> => (one.line === undefined ? one : { ...one, ...placeOf(one.line) });

function columnsOf(first: Run, runs: readonly Run[]): DerivedColumn[] {
  const { items } = first.query.schema;
  const open = items.findIndex(isOpen);
  // a column that stands more than once is where it stands first
  const places = new Map(items.flatMap((item, i) => (isOpen(item) ? [] : [[item.id, i] as const])).reverse());
  const seen = new Set<string>();
  return first.columns.flatMap((column): DerivedColumn[] => {
    const key = column.name.toLowerCase();
    if (seen.has(key)) return [];
    seen.add(key);
    const values = runs.map((run) => run.known.values.get(run.idOf(column.name) ?? -1));
    const literals = values.every((list) => list !== undefined) ? [...new Set(values.flat())] : null;
    return [
      {
        name: column.name,
        position: open !== -1 && (places.get(column.id) ?? -1) > open ? null : seen.size - 1,
        type: columnType(column.id, first.prover),
        nullable: runs.every((run) => run.known.notNull.has(run.idOf(column.name) ?? -1)) ? false : null,
        values: literals && literals.length <= 32 && !literals.every(isEmpty) ? literals : null,
      },
    ];
  });
}

/** Later runs may write columns that the first one does not: then the table has more than those. */
const sameColumns = (run: Run, first: Run): boolean =>
  run.columns.every((column) => first.idOf(column.name) !== undefined);

/** A text where nothing stands says nothing, and is often what a template wrote that had no answer. */
const isEmpty = (literal: string): boolean =>
  literal.endsWith(':') && literal.indexOf(':') === literal.length - 1;

function lineageOf(runs: readonly Run[]): ColumnOrigins[] {
  const columns = new Map<string, ColumnOrigins>();
  for (const run of runs) {
    for (const column of run.columns) {
      const key = column.name.toLowerCase();
      const from = run.lineage.of(column.id);
      const before = columns.get(key);
      if (!before) columns.set(key, { column: column.name, from });
      else if (run !== runs[0]) {
        const known = new Set(before.from.map((each) => `${each.table}\n${each.column.toLowerCase()}`));
        const more = from.filter((each) => !known.has(`${each.table}\n${each.column.toLowerCase()}`));
        if (more.length > 0) columns.set(key, { column: before.column, from: [...before.from, ...more] });
      }
    }
    const behind = new Set(run.query.schema.items.filter(isOpen).flatMap((item) => item.of));
    if (behind.size > 0 && !columns.has('*'))
      columns.set('*', {
        column: '*',
        from: [...behind].map((table) => ({ table, column: '*', kind: 'copy' })),
      });
  }
  return [...columns.values()];
}

const interfaceKey = (key: TableKey): InterfaceKey => ({
  columns: key.columns,
  basis: key.why.assumed ? 'assumed' : 'proved',
  rests_on: key.why.rests ?? [],
  weak: key.weak,
  ...(key.why.assumed && key.why.confidence !== undefined ? { confidence: key.why.confidence } : {}),
});

const mostDependencies = 24;

/** Dependencies for downstream: between runs only those that hold within a row survive. */
function determined(run: Run, mode: WriteMode): TableInterface['determines'] {
  if (mode === 'update') return [];
  const visible = new Set(run.columns.map((column) => column.id));
  const names = new Map(run.columns.map((column) => [column.id, column.name]));
  return visibleDependencies(run.known, run.dependencies, visible)
    .filter((dependency) => (mode === 'replace' || dependency.local === true) && dependency.from.length <= 4)
    .slice(0, mostDependencies)
    .map((dependency) => ({
      from: dependency.from.map((id) => names.get(id) ?? ''),
      to: dependency.to.map((id) => names.get(id) ?? ''),
      weak: dependency.weak !== undefined,
      assumed: dependency.why.assumed === true,
      rests_on: dependency.why.rests ?? [],
    }));
}

function windowOf(mode: WriteMode, runs: readonly Run[]): RunWindow {
  const predicates = runs.flatMap((run) => runWindow(run.known.predicates, run.names, run.prover));
  const kind =
    mode === 'partition_overwrite'
      ? 'partition'
      : mode === 'replace'
        ? 'full'
        : mode === 'define' || mode === 'update' || mode === 'delete'
          ? null
          : 'incremental';
  return { kind, predicates: [...new Set(predicates)].slice(0, 8) };
}

const mostDiagnostics = 5;

function diagnosticsOf(runs: readonly Run[], path: string, placeOf: (line: number) => Place): Diagnostic[] {
  const seen = new Set<string>();
  return runs
    .flatMap((run) => run.unresolved)
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .slice(0, mostDiagnostics)
    .map(({ name, line }) => ({
      code: 'derive.unknown_column',
      severity: 'info',
      message: `No relation in scope is known to have ${name}; its lineage is left out`,
      ...(line === undefined ? { path } : placeOf(line)),
      fault: 'system',
    }));
}

/** A table whose rows no query makes: only its shape may be known. */
function withoutRows(input: DeriveInput): DerivedTable {
  const names = input.builds.find((build) => build.columns)?.columns ?? [];
  const columns = names.map((name, position) => ({
    name,
    position,
    type: null,
    nullable: null,
    values: null,
  }));
  return {
    columns,
    complete: names.length > 0,
    grain: { keys: [], status: 'unknown', phrase: '', time_grain: null },
    grainConfidence: null,
    lineage: [],
    joins: [],
    population: [],
    window: { kind: null, predicates: [] },
    steps: { grain: [], population: [] },
    interface: {
      columns: columns.map(({ name }) => ({ name, type: null, nullable: null, values: null })),
      complete: names.length > 0,
      keys: [],
      determines: [],
      population: [],
    },
    diagnostics: [],
  };
}
