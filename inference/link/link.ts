/**
 * Link: the facts of all files become one graph of tables. Names are resolved, what several files say of one table comes
 * together, and every table learns what it reads, at which level it stands and what people declared about it.
 */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import type { NameRef, TableId } from '../../schema/contracts/names.ts';
import { nameKey, type LinkOutput } from '../../schema/contracts/stages.ts';
import { declaredClaims } from './declared-claims.ts';
import { testedKeys, notNullColumns } from './axioms.ts';
import { declaredPlaces } from './declared-places.ts';
import { dbtRuns } from './dbt-runs.ts';
import { indexJobs, wholeJobs } from './jobs.ts';
import { computeLevels } from './levels.ts';
import { completer, createNameResolver, type NameResolver, type NameScope } from './names.ts';
import { guessedTable, withoutGuesses } from './guesses.ts';
import {
  mainBuild,
  readsOf,
  scopeOf,
  type LinkContext,
  type LinkFile,
  type LinkOptions,
  type Scopes,
  type TableFacts,
} from './table-facts.ts';
import { formatTableId, isTemporary, temporaryTableId } from './table-id.ts';

export interface LinkedTable {
  readonly table: TableId;
  readonly output: LinkOutput;
  /** Made anew each time they are asked for: those of all tables together would take more memory than all else. */
  readonly claims: () => NewClaim[];
}

export interface LinkedGraph {
  /** Sorted by level, then id. Temporary tables are among them; they get no card. */
  readonly tables: readonly LinkedTable[];
  readonly diagnostics: readonly Diagnostic[];
  /** How often each short name could not be completed. */
  readonly unresolved: ReadonlyMap<string, number>;
}

export function linkFacts(files: readonly LinkFile[], options: LinkOptions): LinkedGraph {
  const scopes = fileScopes(files);
  const known = new Set(knownNames(files, scopes, options));
  const resolver = withoutGuesses(createNameResolver(options.config, known), known);
  const tables = collectTables(files, scopes, resolver);
  const upstream = new Map(
    [...tables.values()].map((facts) => [facts.table, orderedAfter(facts, scopes, resolver)]),
  );
  const order = computeLevels(tables.keys(), (table) => upstream.get(table) ?? []);
  for (const [table, runs] of dbtRuns(files, tables, upstream)) tables.get(table)?.jobs.push(...runs);
  const context = { scopes, resolver, tables, options };
  const linked = [...tables.values()].map((facts) => {
    const level = order.levelOf.get(facts.table) ?? 0;
    return linkTable(facts, { upstream: upstream.get(facts.table) ?? [], level }, context);
  });
  linked.sort((a, b) => a.output.level - b.output.level || (a.table < b.table ? -1 : 1));
  return {
    tables: linked,
    diagnostics: order.cycles.map((cycle) => cycleDiagnostic(cycle, tables)),
    unresolved: countUnresolved(tables),
  };
}

function fileScopes(files: readonly LinkFile[]): Scopes {
  return new Map(
    files.map((file) => {
      const names = file.facts.builds
        .filter((build) => build.kind === 'temporary')
        .map((build) => build.target.parts.at(-1) ?? '');
      const temporary = new Set(names.map((name) => name.toLowerCase()));
      return [file, { path: file.facts.path, dialect: file.facts.dialect, temporary }] as const;
    }),
  );
}

function* knownNames(files: readonly LinkFile[], scopes: Scopes, options: LinkOptions): Generator<TableId> {
  const complete = completer(options.config);
  const id = (ref: NameRef, scope: NameScope) => formatTableId(complete(ref, scope));
  for (const file of files) {
    for (const build of file.facts.builds) {
      if (build.kind === 'temporary') continue;
      yield id(build.target, scopeOf(scopes, file, build));
      for (const read of build.reads)
        if (read.parts.length >= 3) yield id(read, scopeOf(scopes, file, build));
    }
    for (const declaration of file.facts.declarations) yield id(declaration.table, scopeOf(scopes, file));
    for (const use of file.facts.uses) {
      for (const read of use.reads) if (read.parts.length >= 3) yield id(read, scopeOf(scopes, file));
    }
  }
  if (options.catalogue) yield* options.catalogue.keys();
}

function collectTables(
  files: readonly LinkFile[],
  scopes: Scopes,
  resolver: NameResolver,
): Map<TableId, TableFacts> {
  const tables = new Map<TableId, TableFacts>();
  const at = (table: TableId): TableFacts => {
    const known = tables.get(table);
    if (known) return known;
    const made: TableFacts = { table, builds: [], declarations: [], uses: [], jobs: [] };
    tables.set(table, made);
    return made;
  };
  const whole = wholeJobs(files);
  const jobs = indexJobs(files, whole);
  for (const file of files) {
    file.facts.builds.forEach((build, index) => {
      const scope = scopeOf(scopes, file, build);
      const target =
        build.kind === 'temporary'
          ? temporaryTableId(file.facts.path, build.target.parts.at(-1) ?? '')
          : resolver.resolve(build.target, scope);
      const facts = at(target);
      facts.builds.push({ file, index, build });
      facts.jobs.push(...jobs.ofFile(file.facts.path));
      for (const read of build.reads) at(resolver.resolve(read, scope));
    });
    for (const declaration of file.facts.declarations) {
      at(resolver.resolve(declaration.table, scopeOf(scopes, file))).declarations.push({ file, declaration });
      if (declaration.declares === 'reads')
        for (const read of declaration.tables) at(resolver.resolve(read, scopeOf(scopes, file)));
      if (declaration.declares === 'relationship')
        at(resolver.resolve(declaration.to, scopeOf(scopes, file)));
    }
    for (const use of file.facts.uses) {
      for (const read of use.reads)
        at(resolver.resolve(read, scopeOf(scopes, file))).uses.push({ file, use });
    }
    for (const part of file.facts.jobs) {
      const job = whole.get(part) ?? part;
      for (const task of job.tasks) {
        for (const write of task.writes)
          at(resolver.resolve(write, scopeOf(scopes, file))).jobs.push({ file, job, task });
        for (const read of task.reads) at(resolver.resolve(read, scopeOf(scopes, file)));
      }
    }
  }
  tables.delete(guessedTable);
  return tables;
}

/** Every table that must be known before this one: those read, and the script's temporary tables made before its builds. Sorted. */
function orderedAfter(facts: TableFacts, scopes: Scopes, resolver: NameResolver): TableId[] {
  const before = new Set(readsOf(facts, scopes, resolver).keys());
  for (const { file, index } of facts.builds) {
    for (const [other, build] of file.facts.builds.entries()) {
      if (other >= index) break;
      if (build.kind === 'temporary')
        before.add(temporaryTableId(file.facts.path, build.target.parts.at(-1) ?? ''));
    }
  }
  before.delete(facts.table);
  return [...before].sort();
}

type Place = Pick<LinkOutput, 'upstream' | 'level'>;

function linkTable(facts: TableFacts, place: Place, context: LinkContext): LinkedTable {
  const { scopes, resolver, options } = context;
  const names: Record<string, TableId> = {};
  const remember = (ref: NameRef, scope: NameScope) => {
    names[nameKey(ref.parts)] = resolver.resolve(ref, scope);
  };
  for (const { file, build } of facts.builds) {
    const scope = scopeOf(scopes, file, build);
    if (build.kind !== 'temporary') remember(build.target, scope);
    for (const ref of build.reads) remember(ref, scope);
  }
  const main = mainBuild(facts);
  const output: LinkOutput = {
    path: main?.file.facts.path ?? null,
    kind: main?.build.kind ?? declaredKind(facts) ?? 'external',
    write: main?.build.write ?? null,
    alias: main?.build.alias ?? null,
    builds: buildReferences(facts),
    names: Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1))),
    testedKeys: testedKeys(facts, options.config.conventions),
    ...declaredPlaces(facts),
    notNull: notNullColumns(facts),
    ...columnsOf(facts, options),
    ...place,
  };
  return {
    table: facts.table,
    output,
    claims: () => (isTemporary(facts.table) ? [] : declaredClaims(facts, readsOf(facts, scopes, resolver), output, context)), // prettier-ignore
  };
}

const declaredKind = (facts: TableFacts): string | undefined => {
  for (const { declaration } of facts.declarations)
    if (declaration.declares === 'kind') return declaration.kind;
  return undefined;
};

function buildReferences(facts: TableFacts): LinkOutput['builds'] {
  const byFile = new Map<LinkFile, number[]>();
  for (const { file, index } of facts.builds) byFile.set(file, [...(byFile.get(file) ?? []), index]);
  return [...byFile].map(([file, builds]) => ({
    facts: file.key,
    path: file.facts.path,
    blob: file.blob,
    builds,
  }));
}

/** Observed columns win over declared ones; declared lists that do not call themselves complete are joined. */
function columnsOf(facts: TableFacts, options: LinkOptions): Pick<LinkOutput, 'columns' | 'columnsComplete'> {
  const observed = options.catalogue?.get(facts.table);
  if (observed) return { columns: observed.columns, columnsComplete: true };
  const partial = new Map<string, { name: string; type: string | null }>();
  for (const { declaration } of facts.declarations) {
    if (declaration.declares !== 'columns' || declaration.columns.length === 0) continue;
    const columns = declaration.columns.map(({ name, type }) => ({ name, type: type ?? null }));
    if (declaration.complete) return { columns, columnsComplete: true };
    for (const column of columns)
      if (!partial.has(column.name.toLowerCase())) partial.set(column.name.toLowerCase(), column);
  }
  return { columns: partial.size > 0 ? [...partial.values()] : null, columnsComplete: false };
}

function cycleDiagnostic(cycle: readonly string[], tables: ReadonlyMap<TableId, TableFacts>): Diagnostic {
  const first = cycle
    .map((table) => mainBuild(tables.get(table) as TableFacts))
    .find((build) => build !== undefined);
  const shown = cycle.slice(0, 6).join(' → ') + (cycle.length > 6 ? ` → … (${cycle.length} tables)` : '');
  return {
    code: 'link.cycle',
    severity: 'warning',
    message: `These tables read each other in a circle: ${shown}. Nothing is inherited along it.`,
    path: first?.file.facts.path ?? '',
    ...(first ? { line: first.build.lines[0] } : {}),
    fault: 'user',
  };
}

function countUnresolved(tables: ReadonlyMap<TableId, TableFacts>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const facts of tables.values()) {
    if (facts.builds.length === 0 && facts.declarations.length === 0 && !facts.table.includes('.'))
      counts.set(facts.table, facts.uses.length);
  }
  return counts;
}
