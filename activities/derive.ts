import { own } from '../schema/contracts/own.ts';
import { deriveTable, type DerivedTable, type DeriveInput } from '../inference/derive/derive.ts';
import { withDeclared, type TableInterface } from '../inference/derive/interface.ts';
import type { JoinObservation } from '../inference/derive/observe.ts';
import type { BuildInFile } from '../inference/derive/places.ts';
import { collapseLineage, type ColumnOrigins } from '../inference/lineage/collapse.ts';
import { isTemporary, temporaryTableId } from '../inference/link/table-id.ts';
import { redactClaim } from '../knowledge/redact.ts';
import { explain } from '../schema/contracts/errors.ts';
import type { FileFacts } from '../schema/contracts/facts.ts';
import { nameKey, type LinkOutput, type StageResult } from '../schema/contracts/stages.ts';
import { findSets, outputsByTable, saveStageResults, setKey } from '../store/claim-sets.ts';
import { readFacts } from '../store/facts.ts';
import { readLinks } from '../store/links.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { pointTables, type PointerChange } from '../store/pointers.ts';
import { addQuarantine } from '../store/quarantine.ts';
import type { ChunkResult, RunHandle } from './contract.ts';
import { derivedClaims } from './derive-claims.ts';
import { declaredInterfaceHash, deriveInputHash } from './derive-inputs.ts';
import type { ActivityDeps } from './deps.ts';
import { alive } from './heartbeat.ts';
import { readChunk } from './work-list.ts';

/** Output of the stage for one table. */
export interface DeriveOutput {
  readonly interface: TableInterface;
  readonly joins: readonly JoinObservation[];
  /** Only of temporary and ephemeral tables, through which the lineage of others goes. */
  readonly lineage: readonly ColumnOrigins[] | null;
  /** Columns that copy or cast one column of another table: name in lower case → that column. */
  readonly copies: readonly CopiedColumn[];
}

type CopiedColumn = readonly [column: string, from: { readonly table: string; readonly column: string }];

/** Derives a chunk of tables whose upstream tables are derived. A table whose inputs were seen before takes that result. */
export function derive(deps: ActivityDeps, handle: RunHandle, chunk: number): Promise<ChunkResult> {
  return alive(async (signal) => {
    const { db } = deps;
    const { repo, asOf } = handle;
    const tables = await readChunk(db, handle, 'derive', chunk);
    const known = await loadState(deps, handle, tables);
    const wanted = tables.flatMap((table) => {
      const link = known.links.get(table);
      return link === undefined
        ? []
        : [{ table, link, inputHash: deriveInputHash(link, known.declaredHash, known.derivedHash) }];
    });
    const keys = wanted.map(({ table, inputHash }) => ({ table, stage: 'derive' as const, inputHash }));
    const found = handle.redo.includes('derive') ? new Map() : await findSets(db, repo, keys);
    const todo = wanted.filter(
      ({ table, inputHash }) => !found.has(setKey({ table, stage: 'derive', inputHash })),
    );
    const facts = await readFacts(db, [
      ...new Set(todo.flatMap(({ link }) => link.builds.map((build) => build.facts))),
    ]);

    const results: StageResult<DeriveOutput>[] = [];
    let failed = 0;
    for (const { table, link, inputHash } of todo) {
      signal.throwIfAborted();
      try {
        results.push(deriveOne(table, link, inputHash, facts, known));
      } catch (error) {
        failed += 1;
        await addQuarantine(db, handle.run, { table, stage: 'derive', error: explain(error) });
      }
      await new Promise(setImmediate);
    }
    const saved = await saveStageResults(db, repo, results);
    const reused = keys.flatMap((key): PointerChange[] => {
      const set = found.get(setKey(key)) as { setId: number } | undefined;
      return set ? [{ table: key.table, stage: 'derive', setId: set.setId }] : [];
    });
    const made = saved.map(({ table, stage, setId }): PointerChange => ({ table, stage, setId }));
    await pointTables(db, repo, asOf, [...made, ...reused]);
    return { done: results.length, reused: reused.length, failed };
  });
}

interface State {
  readonly links: ReadonlyMap<string, LinkOutput>;
  readonly interfaceOf: (table: string) => TableInterface | null;
  readonly lineageOf: (table: string) => readonly ColumnOrigins[] | undefined;
  readonly declaredHash: (table: string) => string | null;
  readonly derivedHash: (table: string) => string | null;
}

/** What link and derive say of the tables and of those that they read. */
export async function loadState(
  { db }: Pick<ActivityDeps, 'db'>,
  { repo, asOf }: Pick<RunHandle, 'repo' | 'asOf'>,
  tables: readonly string[],
): Promise<State> {
  const links = await readLinks(db, repo, asOf, tables);
  const upstream = [...new Set([...links.values()].flatMap((link) => link.upstream))];
  const more = upstream.filter((table) => !links.has(table));
  for (const [table, link] of await readLinks(db, repo, asOf, more)) links.set(table, link);
  const sets = await pointedSets(db, repo, asOf, 'derive', upstream);
  const derived = await outputsByTable<DeriveOutput>(db, sets);
  const interfaces = new Map<string, TableInterface | null>();
  return {
    links,
    interfaceOf: (table) => {
      if (!interfaces.has(table))
        interfaces.set(table, inherited(links.get(table), derived.get(table)?.interface));
      return interfaces.get(table) ?? null;
    },
    lineageOf: (table) => derived.get(table)?.lineage ?? undefined,
    declaredHash: (table) => {
      const link = links.get(table);
      return link === undefined ? null : declaredInterfaceHash(link);
    },
    derivedHash: (table) => sets.get(table)?.outputHash ?? null,
  };
}

/** What others may rely on: what was derived, and what people declared and tested. Null when neither says anything. */
const inherited = (
  link: LinkOutput | undefined,
  derived: TableInterface | undefined,
): TableInterface | null =>
  link === undefined && derived === undefined ? null : withDeclared(derived ?? null, link ?? {});

/** What the derivation of a table reads. `facts`: at least those of the table's builds. */
export function deriveInput(
  table: string,
  link: LinkOutput,
  facts: ReadonlyMap<string, FileFacts>,
  state: Pick<State, 'links' | 'interfaceOf'>,
): DeriveInput {
  const builds = link.builds.flatMap((part): BuildInFile[] => {
    const all = facts.get(part.facts)?.builds ?? [];
    return part.builds
      .flatMap((index) => all.slice(index, index + 1))
      .map((build) => ({ ...build, path: part.path }));
  });
  return {
    table,
    path: link.path ?? '',
    builds,
    resolve: (ref) =>
      temporaryIn(link, ref.parts, state) ?? own(link.names, nameKey(ref.parts)) ?? ref.parts.join('.'),
    upstream: (other) => state.interfaceOf(other),
  };
}

function deriveOne(
  table: string,
  link: LinkOutput,
  inputHash: string,
  facts: ReadonlyMap<string, FileFacts>,
  state: State,
): StageResult<DeriveOutput> {
  const input = deriveInput(table, link, facts, state);
  const derived: DerivedTable = deriveTable(input);
  const lineage = collapseLineage(derived.lineage, state.lineageOf);
  const hidden = link.kind === 'temporary' || link.kind === 'ephemeral';
  const claims = isTemporary(table) ? [] : derivedClaims(table, link, input.builds, { ...derived, lineage });
  return {
    table,
    stage: 'derive',
    inputHash,
    claims: claims.map(redactClaim),
    output: {
      interface: derived.interface,
      joins: derived.joins,
      lineage: hidden ? lineage : null,
      copies: copiedColumns(lineage),
    },
  };
}

function copiedColumns(lineage: readonly ColumnOrigins[]): CopiedColumn[] {
  return lineage.flatMap(({ column, from }): CopiedColumn[] => {
    const [only] = from;
    if (column === '*' || from.length !== 1 || only === undefined) return [];
    if (only.kind !== 'copy' && only.kind !== 'cast') return [];
    return [[column.toLowerCase(), { table: only.table, column: only.column }]];
  });
}

/** A one-part name may be a temporary table that the same script made before. */
function temporaryIn(
  link: LinkOutput,
  parts: readonly string[],
  state: Pick<State, 'links'>,
): string | undefined {
  const [name, ...outer] = parts;
  if (name === undefined || outer.length > 0) return undefined;
  for (const { path } of link.builds) {
    const id = temporaryTableId(path, name);
    if (state.links.has(id)) return id;
  }
  return undefined;
}
