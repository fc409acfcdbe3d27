/** Whether anything has to be made anew of what the ledger says. */
import { mergeVersion } from '../knowledge/merge.ts';
import { renderVersion } from '../knowledge/render-card.ts';
import { reportVersion, type RunReport } from '../schema/contracts/runs.ts';
import { lastNight } from '../store/nights.ts';
import { readRun } from '../store/runs.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { stateHash } from '../store/state-hash.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { hashOf } from './hash.ts';
import { isWhole } from './scope.ts';

/** Names all that tables point at as of the end of the night, and the rules that cards and texts are made by. */
export const nightState = async (
  { db }: Pick<ActivityDeps, 'db'>,
  { repo, asOf }: Pick<RunHandle, 'repo' | 'asOf'>,
): Promise<string> => hashOf({ mergeVersion, renderVersion, tables: await stateHash(db, repo, asOf) });

/**
 * The report of the last whole night, where this one's ledger is just as that one left it, readers see what that one published, and all of its texts have a vector of
 * the configured model: so there is nothing to render, embed or publish. Null otherwise, and for runs of less than a whole night.
 */
export async function sameNight(deps: ActivityDeps, handle: RunHandle): Promise<RunReport | null> {
  const { db, embedder } = deps;
  const { repo, asOf, redo } = handle;
  if (!isWhole(handle) || redo.length > 0) return null;
  const last = await lastNight(db, repo, asOf);
  if (last === null || !last.published || last.stateHash === null) return null;
  const report = (await readRun(db, last.run))?.report ?? null;
  if (report?.version !== reportVersion || report.embeddingModel !== embedder.model || !allEmbedded(report))
    return null;
  const published = await currentSnapshot(db, repo);
  // A single table that was published since may show what the ledger has taken back.
  if (published?.run !== last.run && published?.run !== handle.run) return null;
  return last.stateHash === (await nightState(deps, handle)) ? report : null;
}

const allEmbedded = ({ coverage }: RunReport): boolean =>
  coverage.every(({ stage, have, of }) => stage !== 'embed' || have === of);
