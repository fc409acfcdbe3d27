import type { RunHandle, WorkList } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { factsOfCommit } from './facts-of-commit.ts';
import { filesToParse } from './files-to-parse.ts';
import { freeze } from './work-list.ts';

const filesPerChunk = 150;

/** Lists the files of the commit that are to be parsed. */
export async function crawl(deps: ActivityDeps, handle: RunHandle): Promise<WorkList> {
  const files = await filesToParse(deps, handle, await factsOfCommit(deps, handle));
  return freeze(deps.db, handle, 'parse', [files.map((file) => file.path)], filesPerChunk);
}
