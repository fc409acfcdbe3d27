/** Finds the one table that a person means. */
import { UserError } from '../schema/contracts/errors.ts';
import { remoteHead } from '../source/remote-head.ts';
import { matchTable } from '../inference/link/match-table.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';

const farFuture = '9999-12-31';
const listed = 8;

/** Throws a `UserError` with the names that fit or come near, unless exactly one table's id is, or ends in, `table`. */
export async function resolveTable(
  deps: ActivityDeps,
  { repo, table: name }: { repo: string; table: string },
): Promise<{ table: string; asOf: string | null }> {
  const { db } = deps;
  const tables = [...(await pointedSets(db, repo, farFuture, 'link')).keys()].filter(
    (id) => !isTemporary(id),
  );
  const match = matchTable(name, tables);
  if ('table' in match) return { table: match.table, asOf: await publishedDate(deps, repo) };
  if ('several' in match) {
    const { several } = match;
    throw new UserError(
      `"${name}" fits ${several.length} tables: ${several.slice(0, listed).join(', ')}${several.length > listed ? ', …' : ''}.`,
      { next: 'Give more of the name.' },
    );
  }
  throw new UserError(`${repo} has no table "${name}".`, {
    next:
      match.near.length > 0
        ? `Did you mean ${match.near.join(', ')}?`
        : tables.length > 0
          ? `Try \`tablelore search "${name.replaceAll('"', '')}"\`.`
          : 'Run a night first: `tablelore nightly`.',
  });
}

/** A remote that cannot be asked counts as one that stands still. */
async function publishedDate(deps: ActivityDeps, repo: string): Promise<string | null> {
  const published = await currentSnapshot(deps.db, repo);
  if (published === null) return null;
  const { url, ref } = repoConfig(deps, repo);
  const head = await remoteHead({ url, ref, baseDir: deps.configDir }).catch(() => null);
  return head === null || head === published.commit ? published.asOf : null;
}
