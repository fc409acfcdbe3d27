/** Nights one after the other, in as many runs of the workflow as they take. `nightly`, `backfill` and `enrichTable` all run these. */
import { proxyActivities } from '@temporalio/workflow';
import type { BeginRun, PlanRequest, RunSummary, StageActivities } from '../activities/contract.ts';
import { bookkeeping } from './activity-options.ts';
import { nominalTime, runId } from './identity.ts';
import type { Progress } from './messages.ts';
import { runNight, type OpenNight } from './night.ts';
import { ProgressBoard } from './progress.ts';

const { plan } = proxyActivities<StageActivities>(bookkeeping);

export interface Night {
  readonly repo: string;
  /** ISO date. */
  readonly asOf: string;
}

/** What a run hands to the one that continues it. */
export interface Carried {
  readonly nights: readonly Night[];
  readonly summaries: readonly RunSummary[];
  readonly progress: Progress;
  /** The night that is in the middle; null: the next one begins. */
  readonly night: OpenNight | null;
}

/** Oldest first, each date for every repository asked for. Without dates, the nominal day alone. */
export async function planNights(request: {
  readonly repo?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly every?: number | undefined;
}): Promise<readonly Night[]> {
  const asked: PlanRequest = {
    repo: request.repo ?? null,
    from: request.from ?? null,
    to: request.to ?? null,
    everyDays: request.every ?? 1,
    nominalTime: nominalTime(),
  };
  const { repos, dates } = await plan(asked);
  return dates.flatMap((asOf) => repos.map((repo) => ({ repo, asOf })));
}

/** Runs `nights`, or goes on with what was carried over. `again` continues the workflow as new. */
export async function runNights(
  nights: () => Promise<readonly Night[]>,
  carried: Carried | undefined,
  requestFor: (night: Night) => Omit<BeginRun, 'repo' | 'asOf' | 'family'>,
  again: (carried: Carried) => Promise<never>,
): Promise<readonly RunSummary[]> {
  const board = new ProgressBoard(runId(), carried?.progress);
  const all = carried?.nights ?? (await nights());
  if (carried === undefined) board.nights(all.length);
  const summaries = [...(carried?.summaries ?? [])];
  const carryOn = (night: OpenNight | null) =>
    again({ nights: all, summaries, progress: board.view(), night });
  let open = carried?.night ?? null;
  for (const night of all.slice(summaries.length)) {
    if (open === null && board.full()) await carryOn(null);
    const request = { ...requestFor(night), ...night, family: runId() };
    summaries.push(await runNight(request, board, open, carryOn));
    open = null;
  }
  return summaries;
}
