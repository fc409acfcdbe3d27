/** Query logs: read once, ranked by trust, counted per table. */
import { initSqlReader } from '../parsers/sql/index.ts';
import { lastNight } from '../store/nights.ts';
import { refreshUsage } from '../store/usage.ts';
import type { ChunkResult, RunHandle } from './contract.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { replaceDiagnostics } from './diagnostics.ts';
import { alive } from './heartbeat.ts';
import { analyse } from './observe/analyse.ts';
import { ingest } from './observe/ingest.ts';
import { rankQueries } from './observe/rank.ts';
import { saveUse } from './observe/use.ts';

export type { ObserveOutput } from './observe/use.ts';

/** Reads logs that are new or changed, then ranks the history and counts use as it stood on the as-of date. */
export function observe(deps: ActivityDeps, handle: RunHandle): Promise<ChunkResult> {
  return alive(async (signal) => {
    const config = repoConfig(deps, handle.repo);
    const read = await ingest(deps, handle, config, signal);
    await replaceDiagnostics(deps, handle, { family: 'query_log' }, read.problems);
    await initSqlReader();
    const analysed = await analyse(deps, handle, config, signal);
    const counted = await refreshUsage(deps.db, handle.repo);
    const changed =
      counted.length > 0 || analysed || !handle.codeUnchanged || handle.redo.includes('observe');
    if (changed || (await lastNight(deps.db, handle.repo, handle.asOf))?.asOf !== handle.asOf) {
      await saveUse(deps, handle, await rankQueries(deps, handle, signal));
    }
    return { done: read.files, reused: read.known, failed: 0 };
  });
}
