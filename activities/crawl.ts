import type { RunHandle, WorkList } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { factsOfCommit } from './facts-of-commit.ts';
import { freeze } from './work-list.ts';

const filesPerChunk = 150;

/** Lists the files of the commit whose facts are not stored; all of them when parsing is to be redone. */
export async function crawl(deps: ActivityDeps, handle: RunHandle): Promise<WorkList> {
  const { source, missing } = await factsOfCommit(deps, handle);
  const files = handle.redo.includes('parse') ? source.files : missing;
  return freeze(deps.db, handle, 'parse', [files.map((file) => file.path)], filesPerChunk);
}
