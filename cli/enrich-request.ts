/** What `enrich` asks for: which table is meant. */
import { currentSnapshot } from '../store/snapshots.ts';
import { findTable, repoNames, type RepoNight } from './commands/reading.ts';
import { NothingFound } from './exit.ts';
import type { RunRequest } from './run-watch.ts';
import { withDatabase, type World } from './session.ts';
import type { Settings } from './settings.ts';

export interface EnrichAsked {
  /** A table id, or the end of one. */
  readonly table: string;
  readonly repo?: string | undefined;
  readonly asOf?: string | undefined;
  readonly force?: boolean | undefined;
}

/** Throws `NothingFound` unless the name means one table of what is published. */
export async function enrichRequest(
  { table: name, repo, asOf, force }: EnrichAsked,
  settings: Settings,
  world: Pick<World, 'databaseUrl'>,
): Promise<RunRequest> {
  const repos = repoNames(settings, repo);
  const night = await withDatabase(world.databaseUrl, async (db) => {
    const nights: RepoNight[] = [];
    for (const one of repos) {
      const published = await currentSnapshot(db, one);
      if (published !== null) nights.push({ repo: one, ...published });
    }
    if (nights.length === 0)
      throw new NothingFound(`No night of ${repos.join(', ')} is done yet. Run \`tablelore nightly\`.`);
    return findTable({ db, nights }, name);
  });
  return {
    workflow: 'enrichTable',
    workflowId: `enrich-${night.table}-${Date.now()}`,
    input: {
      table: night.table,
      repo: night.repo,
      ...(asOf === undefined ? {} : { asOf }),
      ...(force ? { force } : {}),
    },
  };
}
