import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import { enrichTableInputSchema, layers } from '../schema/contracts/runs.ts';
import type { RunSummary, StageActivities } from '../activities/contract.ts';
import { bookkeeping } from './activity-options.ts';
import { runId } from './identity.ts';
import { readInput } from './input.ts';
import { invalidInput } from './night.ts';
import { planNights, runNights, type Carried } from './nights.ts';

const { resolveTable } = proxyActivities<StageActivities>(bookkeeping);

/**
 * One table, fresh now: crawl, parse, link, derive, observe, infer, render, embed and publish for it alone. Input:
 * `{ table, repo?, asOf?, force? }`; `table` may be the end of a table's id. Without a date it is that of the published night, or today where the code has changed since. `carried` is for a run that continues another.
 */
export async function enrichTable(input?: unknown, carried?: Carried): Promise<RunSummary> {
  const request = readInput(enrichTableInputSchema, input);
  const { repo, asOf, force } = request;
  let table = carried?.night?.handle.table ?? null;
  const summaries = await runNights(
    async () => {
      const nights = await planNights({ repo, from: asOf, to: asOf });
      const [night, ...others] = nights;
      if (night === undefined || others.length > 0)
        throw invalidInput(
          `Which repository? Give "repo": one of ${nights.map((one) => one.repo).join(', ')}.`,
        );
      const found = await resolveTable({ repo: night.repo, table: request.table });
      ({ table } = found);
      return [asOf === undefined && found.asOf ? { ...night, asOf: found.asOf } : night];
    },
    carried,
    (night) => ({
      workflow: 'enrichTable',
      run: runId(night.repo),
      givesWay: false,
      table,
      tables: null,
      redo: force ? layers : [],
      modelTables: null,
      usd: null,
      input: request,
    }),
    (next) => continueAsNew<typeof enrichTable>(request, next),
  );
  return summaries[0] as RunSummary;
}
