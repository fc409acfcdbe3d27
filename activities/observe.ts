/** Query logs: read once, ranked by trust, counted per table. */
import type { ChunkResult, RunHandle } from './contract.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { replaceDiagnostics } from './diagnostics.ts';
import { alive } from './heartbeat.ts';
import { ingest } from './observe/ingest.ts';
import { rankQueries } from './observe/rank.ts';
import { saveUse } from './observe/use.ts';

export type { ObserveOutput } from './observe/use.ts';

/**
 * Reads logs that are new or changed, then ranks the history and counts use as it stood on the as-of date: also where this night read nothing new, since another
 * may have read logs in between.
 */
export function observe(deps: ActivityDeps, handle: RunHandle): Promise<ChunkResult> {
  return alive(async (signal) => {
    const read = await ingest(deps, handle, repoConfig(deps, handle.repo), signal);
    await replaceDiagnostics(deps, handle, { family: 'query_log' }, read.problems);
    await saveUse(deps, handle, await rankQueries(deps, handle, signal));
    return { done: read.files, reused: read.known, failed: 0 };
  });
}
