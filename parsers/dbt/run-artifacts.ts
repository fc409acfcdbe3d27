/** What dbt's own runs tell of a project, out of its artifacts: names, compiled SQL, results of tests, how stale sources are, columns. */
import { own } from '../../schema/contracts/own.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { textHash } from '../reader.ts';
import { readCatalog, readRunResults, readSourceFreshness, type SourceFreshness } from './artifacts.ts';
import { readManifest, type ManifestNode, type ManifestTest } from './manifest.ts';
import type { ColumnInfo } from './relation.ts';
import type { RelationName } from './types.ts';

/** The four files that are read, by their names without `.json`. */
export const artifactNames = ['manifest', 'catalog', 'run_results', 'sources'] as const;

export interface ArtifactText {
  readonly name: (typeof artifactNames)[number];
  /** Where it lies, for people. */
  readonly path: string;
  readonly text: string;
}

export type TestRun = 'pass' | 'fail' | 'warn';

/** Where two files tell of the same thing, the later one counts. All maps are by dbt's unique id. */
export interface RunArtifacts {
  readonly nodes: ReadonlyMap<string, ManifestNode>;
  /** Tests of the manifest by the node or source that they are of. */
  readonly tests: ReadonlyMap<string, readonly ManifestTest[]>;
  /** How a test's last run ended; absent where it did not run, or broke before it could tell. */
  readonly results: ReadonlyMap<string, TestRun>;
  readonly freshness: ReadonlyMap<string, SourceFreshness>;
  /** Columns by `relationKey`. */
  readonly columns: ReadonlyMap<string, readonly ColumnInfo[]>;
  readonly diagnostics: readonly Diagnostic[];
}

export const relationKey = ({ database, schema, identifier }: RelationName): string =>
  [database ?? '', schema ?? '', identifier].join('\u001f').toLowerCase();

/** Not `success`: with this `dbt compile` and `dbt docs generate` report tests that they did not run. */
const runs: Readonly<Record<string, TestRun>> = { pass: 'pass', warn: 'warn', fail: 'fail' };

const read = new WeakMap<readonly ArtifactText[], RunArtifacts>();

/** Worked out once for an array of texts. */
export function runArtifacts(texts: readonly ArtifactText[]): RunArtifacts {
  const known = read.get(texts) ?? readAll(texts);
  read.set(texts, known);
  return known;
}

function readAll(texts: readonly ArtifactText[]): RunArtifacts {
  const nodes = new Map<string, ManifestNode>();
  const tests = new Map<string, ManifestTest>();
  const results = new Map<string, TestRun>();
  const freshness = new Map<string, SourceFreshness>();
  const columns = new Map<string, readonly ColumnInfo[]>();
  const diagnostics: Diagnostic[] = [];
  for (const { name, path, text } of texts) {
    switch (name) {
      case 'manifest': {
        const manifest = readManifest(text, path);
        for (const [id, node] of manifest.nodes) nodes.set(id, node);
        for (const test of manifest.tests) tests.set(test.uniqueId, test);
        diagnostics.push(...manifest.diagnostics);
        break;
      }
      case 'catalog': {
        const catalog = readCatalog(text, path);
        for (const table of catalog.value) columns.set(relationKey(table.relation), table.columns);
        diagnostics.push(...catalog.diagnostics);
        break;
      }
      case 'run_results': {
        const found = readRunResults(text, path);
        for (const { uniqueId, status, failures = 0 } of found.value) {
          const run = own(runs, status);
          // A threshold lets a test pass with rows that break it.
          if (run !== undefined) results.set(uniqueId, run === 'pass' && failures > 0 ? 'warn' : run);
        }
        diagnostics.push(...found.diagnostics);
        break;
      }
      case 'sources': {
        const found = readSourceFreshness(text, path);
        for (const one of found.value) freshness.set(one.uniqueId, one);
        diagnostics.push(...found.diagnostics);
      }
    }
  }
  const attached = Map.groupBy(
    [...tests.values()].filter(({ attachedTo }) => attachedTo !== undefined),
    ({ attachedTo }) => attachedTo ?? '',
  );
  return { nodes, tests: attached, results, freshness, columns, diagnostics };
}

/** The SQL that dbt compiled from just this text of the node's file; undefined where it compiled another, or none. */
export function compiledFrom(artifacts: RunArtifacts, uniqueId: string, text: string): string | undefined {
  const node = artifacts.nodes.get(uniqueId);
  if (node?.compiledSql === undefined || node.checksum === undefined) return undefined;
  // dbt strips a file before it takes the checksum; some versions do not.
  return [text.trim(), text].some((one) => textHash(one) === node.checksum) ? node.compiledSql : undefined;
}

/** A source that dbt last found to be stale, in words that stay the same until a row comes; undefined where it was fresh, or nobody looked. */
export function staleWords(artifacts: RunArtifacts, uniqueId: string): string | undefined {
  const found = artifacts.freshness.get(uniqueId);
  if (found === undefined || (found.status !== 'warn' && found.status !== 'error')) return undefined;
  const newest = found.maxLoadedAt?.slice(0, 10);
  const since = newest === undefined ? '' : `: its newest row was of ${newest}`;
  return `stale (${found.status}) when dbt last looked${since}`;
}
