import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { nightlyInputSchema } from '../schema/contracts/runs.ts';
import type { RunSummary, StageActivities } from '../activities/contract.ts';
import { bookkeeping } from './activity-options.ts';
import { readInput } from './input.ts';
import { runNight } from './night.ts';
import { nominalTime, runId } from './identity.ts';
import { ProgressBoard } from './progress.ts';

const { plan } = proxyActivities<StageActivities>(bookkeeping);

/**
 * One night: every repository asked for, as of one date. Input: `{ repo?, asOf?, tables?, budget? }`. The date is `asOf`, else the schedule's nominal
 * day. Returns one summary a repository.
 */
export async function nightly(input?: unknown): Promise<RunSummary[]> {
  const request = readInput(nightlyInputSchema, input);
  const board = new ProgressBoard(runId());
  const time = nominalTime();
  const { repos, dates } = await plan({
    repo: request.repo ?? null,
    from: request.asOf ?? null,
    to: request.asOf ?? null,
    everyDays: 1,
    nominalTime: time,
  });
  const asOf = dates.at(-1) as string;
  const scheduled = time !== workflowInfo().startTime.getTime();
  const summaries: RunSummary[] = [];
  for (const repo of repos) {
    const run = runId(repo);
    summaries.push(
      await runNight(
        {
          workflow: 'nightly',
          run,
          repo,
          asOf,
          givesWay: scheduled,
          table: null,
          tables: request.tables ?? null,
          redo: [],
          modelTables: request.budget?.modelTables ?? null,
          input: request,
        },
        board,
      ),
    );
  }
  return summaries;
}
