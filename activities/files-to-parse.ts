/** Which files of its commit a run parses. */
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { outputsByTable } from '../store/claim-sets.ts';
import { readClaims } from '../store/claims.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import type { FactsOfCommit } from './facts-of-commit.ts';
import { inScope, isWhole, onlyTable } from './scope.ts';
import type { SourceFile } from './source-files.ts';

type Scope = Pick<RunHandle, 'repo' | 'asOf' | 'table' | 'tables' | 'redo'>;

/** Those without facts; when parsing is redone also those with facts: all, or the ones that said something of the run's tables. */
export async function filesToParse(
  deps: Pick<ActivityDeps, 'db'>,
  scope: Scope,
  { source, missing }: Pick<FactsOfCommit, 'source' | 'missing'>,
): Promise<readonly SourceFile[]> {
  if (!scope.redo.includes('parse')) return missing;
  if (isWhole(scope)) return source.files;
  const wanted = (await pathsBehind(deps, scope)).union(new Set(missing.map(({ path }) => path)));
  return source.files.filter(({ path }) => wanted.has(path));
}

/** The files that build the tables, and those that their claims of the last night cite. */
async function pathsBehind({ db }: Pick<ActivityDeps, 'db'>, scope: Scope): Promise<ReadonlySet<string>> {
  const { repo, asOf } = scope;
  const wanted = inScope(scope);
  const tables = [...(await pointedSets(db, repo, asOf, 'link', onlyTable(scope)))].filter(([table]) => wanted(table)); // prettier-ignore
  const links = await outputsByTable<LinkOutput>(db, new Map(tables));
  const claims = await readClaims(db, tables.map(([, { setId }]) => setId)); // prettier-ignore
  const cited = [...claims.values()].flat().flatMap(({ evidence }) => evidence);
  return new Set([
    ...[...links.values()].flatMap(({ builds }) => builds.map(({ path }) => path)),
    ...cited.flatMap((one) => (one.kind === 'code' ? [one.path] : [])),
  ]);
}
