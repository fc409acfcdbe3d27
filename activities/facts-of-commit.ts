/** Which files of a run's commit have facts, and which must be parsed. */
import { createHash } from 'node:crypto';
import { asksProject, traceHolds } from '../parsers/registry.ts';
import type { Database } from '../store/database.ts';
import { findFacts, type StoredFacts } from '../store/facts.ts';
import type { FileFacts } from '../schema/contracts/facts.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { artifactFiles } from './dbt-artifacts.ts';
import { repoConfig } from './deps.ts';
import type { ParseContext } from './parse/protocol.ts';
import { readingHash, sourceFiles, type SourceFile, type SourceFiles } from './source-files.ts';

export interface FactsOfCommit {
  readonly source: SourceFiles;
  /** Key of the facts that hold at this commit, by path. */
  readonly known: ReadonlyMap<string, string>;
  readonly missing: readonly SourceFile[];
}

/** Keys of facts that are known to hold at a commit: for large projects, asking whether they do takes longer than linking them. */
const held = new WeakMap<SourceFiles, Set<string>>();

/** Remembers in this process that facts hold at the commit: they were just made from it, or looked at. */
export function rememberHeld(source: SourceFiles, keys: Iterable<string>): void {
  const known = held.get(source) ?? new Set();
  held.set(source, known);
  for (const key of keys) known.add(key);
}

/** Commits whose facts are all stored: they stay what they are. */
const complete = new WeakMap<Database, WeakMap<SourceFiles, FactsOfCommit>>();

export async function factsOfCommit(
  deps: ActivityDeps,
  handle: Pick<RunHandle, 'repo' | 'commit'>,
): Promise<FactsOfCommit> {
  const source = await sourceFiles(deps, handle.repo, handle.commit);
  const commits = complete.get(deps.db) ?? new WeakMap<SourceFiles, FactsOfCommit>();
  const found = commits.get(source) ?? (await findFactsOf(deps, source));
  if (found.missing.length === 0) complete.set(deps.db, commits.set(source, found));
  return found;
}

async function findFactsOf(deps: ActivityDeps, source: SourceFiles): Promise<FactsOfCommit> {
  const candidates = source.files.map(({ path, blob, reader, dialect }) => ({
    path,
    blob,
    reader: reader.name,
    version: reader.version,
    dialect,
  }));
  const found = new Map<string, StoredFacts[]>();
  for (const row of await findFacts(deps.db, candidates))
    found.set(row.path, [...(found.get(row.path) ?? []), row]);
  const isHeld = ({ key }: StoredFacts) => held.get(source)?.has(key) === true;
  const asks = (row: StoredFacts) => !isHeld(row) && asksProject(row.trace);
  const contextOf = [...found.values()].flat().some(asks) ? await source.loadProjects() : source.context;
  const blobAt = (path: string): string | undefined => source.blobOf.get(path);
  const known = new Map<string, string>();
  const missing: SourceFile[] = [];
  for (const file of source.files) {
    const context = contextOf(file.path);
    const holds = found.get(file.path)?.find((row) => isHeld(row) || traceHolds(row, context, blobAt));
    if (holds) known.set(file.path, holds.key);
    else missing.push(file);
  }
  rememberHeld(source, known.values());
  return { source, known, missing };
}

/** Names one file's facts: the same facts from the same inputs have the same key. `asked`: the reader that was asked, and the dialect it was given. */
export function factsKey(
  blob: string,
  facts: FileFacts,
  asked: Pick<FileFacts, 'reader' | 'version' | 'dialect'>,
): string {
  const trace = facts.trace ? Object.entries(facts.trace).sort(([a], [b]) => (a < b ? -1 : 1)) : null;
  const parts = [blob, facts.path, asked.reader, asked.version, asked.dialect, trace];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function parseContext(
  deps: ActivityDeps,
  handle: Pick<RunHandle, 'repo' | 'commit'>,
  source: SourceFiles,
): ParseContext {
  const config = repoConfig(deps, handle.repo);
  const { include, exclude, defaults, dialect, vars, maxFileBytes } = config;
  return {
    key: `${handle.repo} ${handle.commit} ${readingHash(config, deps.configDir)}`,
    gitDir: source.mirror.gitDir,
    commit: handle.commit,
    artifacts: artifactFiles(config, deps.configDir),
    config: { include, exclude, defaults, dialect, vars, maxFileBytes },
  };
}
