import { proxyActivities } from '@temporalio/workflow';
import { enrichTableInputSchema, layers } from '../schema/contracts/runs.ts';
import type { RunSummary, StageActivities } from '../activities/contract.ts';
import { bookkeeping } from './activity-options.ts';
import { nominalTime, runId } from './identity.ts';
import { readInput } from './input.ts';
import { invalidInput, runNight } from './night.ts';
import { ProgressBoard } from './progress.ts';

const { plan, resolveTable } = proxyActivities<StageActivities>(bookkeeping);

/**
 * One table, fresh now: crawl, parse, link, derive, infer, merge, render, embed and publish for it alone. Input:
 * `{ table, repo?, asOf?, force? }`; `table` may be the end of a table's id.
 */
export async function enrichTable(input?: unknown): Promise<RunSummary> {
  const request = readInput(enrichTableInputSchema, input);
  const board = new ProgressBoard(runId());
  const asOf = request.asOf ?? null;
  const { repos, dates } = await plan({
    repo: request.repo ?? null,
    from: asOf,
    to: asOf,
    everyDays: 1,
    nominalTime: nominalTime(),
  });
  if (repos.length > 1) throw invalidInput(`Which repository? Give "repo": one of ${repos.join(', ')}.`);
  const repo = repos[0] as string;
  const { table } = await resolveTable({ repo, table: request.table });
  return runNight(
    {
      workflow: 'enrichTable',
      run: runId(repo),
      repo,
      asOf: dates.at(-1) as string,
      givesWay: false,
      table,
      tables: null,
      redo: request.force ? layers : [],
      modelTables: null,
      input: request,
    },
    board,
  );
}
