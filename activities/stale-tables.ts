/** Which tables a night would derive, told from what the night before it left. */
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { readLinks } from '../store/links.ts';
import type { PreviewRequest } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import type { FactsOfCommit } from './facts-of-commit.ts';
import { inScope, withUpstream } from './scope.ts';
import { sourceFiles } from './source-files.ts';

export interface StaleTables {
  readonly tables: ReadonlySet<string>;
  /** Files that there were not. Which tables they build is not known before they are linked. */
  readonly newFiles: number;
}

/** Tables of the scope, and those that they rest on, that rest on files with other facts than before, and all downstream of them; every built table where deriving is redone. `since`: the last night's commit; null: there is none. */
export async function staleTables(
  deps: ActivityDeps,
  { repo, asOf, tables, redo, since }: Pick<PreviewRequest, 'repo' | 'asOf' | 'tables' | 'redo'> & { readonly since: string | null }, // prettier-ignore
  { known, source }: Pick<FactsOfCommit, 'known' | 'source'>,
): Promise<StaleTables> {
  const links = await readLinks(deps.db, repo, asOf);
  const built = [...links].filter(([, { builds }]) => builds.length > 0);
  const changed = ({ builds }: LinkOutput) => builds.some(({ path, facts }) => known.get(path) !== facts);
  const stale = new Set<string>();
  // Upstream tables stand on lower levels, so that one pass reaches everything downstream.
  for (const [table, output] of built.sort(([, a], [, b]) => a.level - b.level)) {
    if (redo.includes('derive') || changed(output) || output.upstream.some((other) => stale.has(other)))
      stale.add(table);
  }
  const before = since === null ? null : (await sourceFiles(deps, repo, since)).blobOf;
  const upstream = new Map([...links].map(([table, output]) => [table, output.upstream]));
  const needed = withUpstream(upstream, inScope({ table: null, tables }));
  return {
    tables: stale.intersection(needed),
    newFiles: source.files.filter(({ path }) => before?.has(path) !== true).length,
  };
}
