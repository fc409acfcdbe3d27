import { linkFacts, type LinkedGraph, type LinkedTable } from '../inference/link/link.ts';
import type { LinkFile } from '../inference/link/table-facts.ts';
import { saveStageResults, findSets, setKey } from '../store/claim-sets.ts';
import { saveDiagnostics } from '../store/runs.ts';
import { readFacts, readSummaries } from '../store/facts.ts';
import { pointedSets, type PointedSet } from '../store/pointed-sets.ts';
import { pointTables, type PointerChange } from '../store/pointers.ts';
import { setStages, type StageResult } from '../schema/contracts/stages.ts';
import type { RunHandle, WorkList } from './contract.ts';
import { artifactDiagnostics, hasArtifacts } from './artifact-diagnostics.ts';
import { withConventions } from './conventions.ts';
import { catalogueOf, codeOwnersOf } from './declared-files.ts';
import { declaredInterfaceHash, deriveInputHash } from './derive-inputs.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { factsOfCommit } from './facts-of-commit.ts';
import { hashOfMade } from './hash.ts';
import { alive } from './heartbeat.ts';
import { inScope, isWhole, withUpstream } from './scope.ts';
import { freeze } from './work-list.ts';

const tablesPerChunk = 200;
const setsPerWrite = 500;

/**
 * Joins the facts of the commit into the graph of tables, stores what it says of each, and lists the tables whose derivation rests on something that
 * changed, level by level.
 */
export function link(deps: ActivityDeps, handle: RunHandle): Promise<WorkList> {
  return alive(async (signal) => {
    const graph = await withConventions(
      (keys) => readFacts(deps.db, keys),
      await linkCommit(deps, handle),
      signal,
    );
    const isNeeded = neededBy(graph, handle);
    await saveGraph(deps, handle, graph, isNeeded, signal);
    const derived = await pointedSets(deps.db, handle.repo, handle.asOf, 'derive');
    const stale = tablesToDerive(graph, derived, handle).filter((linked) => isNeeded(linked.table));
    const levels = Map.groupBy(stale, (linked) => linked.output.level);
    const groups = [...levels]
      .sort(([a], [b]) => a - b)
      .map(([, tables]) => tables.map((linked) => linked.table));
    return freeze(deps.db, handle, 'derive', groups, tablesPerChunk);
  });
}

async function linkCommit(deps: ActivityDeps, handle: RunHandle): Promise<LinkedGraph> {
  const { source, known, missing } = await factsOfCommit(deps, handle);
  const summaries = await readSummaries(deps.db, [...known.values()]);
  const files: LinkFile[] = [];
  for (const [path, key] of known) {
    const facts = summaries.get(key);
    if (facts) files.push({ key, blob: source.blobOf.get(path) ?? '', facts });
  }
  const config = repoConfig(deps, handle.repo);
  const read = hasArtifacts(source) ? { ...source, context: await source.loadProjects() } : source;
  const catalogue = await catalogueOf(deps, handle.repo, read);
  const graph = linkFacts(files, {
    config,
    codeOwners: await codeOwnersOf(source),
    catalogue: catalogue.columns,
  });
  const unread = missing.map(({ path }) => ({
    code: 'parse.missing',
    severity: 'error' as const,
    message: 'No facts were stored for this file; the next night reads it again.',
    path,
    fault: 'system' as const,
  }));
  const diagnostics = [
    ...source.tree.diagnostics,
    ...files.flatMap((file) => file.facts.diagnostics),
    ...graph.diagnostics,
    ...catalogue.diagnostics,
    ...artifactDiagnostics(read, config, deps.configDir),
    ...unread,
  ];
  await saveDiagnostics(deps.db, handle.run, diagnostics);
  return graph;
}

/** Whether a run may touch a table: all, or those that it is for and what these rest on, which is brought up to date with them. */
function neededBy(graph: LinkedGraph, handle: RunHandle): (table: string) => boolean {
  if (isWhole(handle)) return () => true;
  const upstream = new Map(graph.tables.map((linked) => [linked.table, linked.output.upstream]));
  const needed = withUpstream(upstream, inScope(handle));
  return (table) => needed.has(table);
}

async function saveGraph(
  deps: ActivityDeps,
  handle: RunHandle,
  graph: LinkedGraph,
  isNeeded: (table: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const before = await pointedSets(db, repo, asOf, 'link');
  const wanted = graph.tables.filter((linked) => isNeeded(linked.table));
  for (let at = 0; at < wanted.length; at += setsPerWrite) {
    signal.throwIfAborted();
    const results = wanted.slice(at, at + setsPerWrite).map(stageResult);
    const batch = results.filter((result) => before.get(result.table)?.inputHash !== result.inputHash);
    const found = await findSets(db, repo, batch);
    const saved = await saveStageResults(db, repo, batch.filter((result) => !found.has(setKey(result)))); // prettier-ignore
    const ids = new Map(saved.map((set) => [set.table, set.setId]));
    await pointTables(
      db,
      repo,
      asOf,
      batch.map((result) => ({
        table: result.table,
        stage: 'link',
        setId: ids.get(result.table) ?? (found.get(setKey(result))?.setId as number),
      })),
    );
  }
  if (!isWhole(handle)) return;
  const present = new Set(graph.tables.map((linked) => linked.table));
  await retire(deps, handle, [...before.keys()].filter((table) => !present.has(table))); // prettier-ignore
}

/** Tables that nothing names any more have no state of any stage from this night on. */
async function retire(deps: ActivityDeps, handle: RunHandle, tables: readonly string[]): Promise<void> {
  const changes = tables.flatMap((table) =>
    setStages.map((stage): PointerChange => ({ table, stage, setId: null })),
  );
  await pointTables(deps.db, handle.repo, handle.asOf, changes);
}

function stageResult(linked: LinkedTable): StageResult {
  const { table, output } = linked;
  const claims = linked.claims();
  return { table, stage: 'link', inputHash: hashOfMade({ output, claims }), claims, output };
}

/**
 * Tables whose derivation must be looked at: those whose inputs differ from what their derivation was made from, and everything downstream of them, where it may
 * turn out that nothing inherited has changed.
 */
function tablesToDerive(
  graph: LinkedGraph,
  derived: ReadonlyMap<string, PointedSet>,
  handle: RunHandle,
): LinkedTable[] {
  const declared = new Map(
    graph.tables.map((linked) => [linked.table, declaredInterfaceHash(linked.output)]),
  );
  const stale = new Set<string>();
  const found: LinkedTable[] = [];
  for (const linked of graph.tables) {
    if (linked.output.builds.length === 0) continue;
    const hash = deriveInputHash(
      linked.output,
      (table) => declared.get(table) ?? null,
      (table) => derived.get(table)?.outputHash ?? null,
    );
    const changed =
      derived.get(linked.table)?.inputHash !== hash ||
      linked.output.upstream.some((table) => stale.has(table));
    if (!changed && !handle.redo.includes('derive')) continue;
    stale.add(linked.table);
    found.push(linked);
  }
  return found;
}
