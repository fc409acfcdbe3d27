/** All activities, by the names that workflows call them. */
import { ApplicationFailure } from '@temporalio/common';
import { explain, isTableloreError } from '../schema/contracts/errors.ts';
import { recordStage as storeStage } from '../store/runs.ts';
import { annotate } from './annotate.ts';
import type { RunHandle, StageActivities } from './contract.ts';
import { crawl } from './crawl.ts';
import type { ActivityDeps } from './deps.ts';
import { derive } from './derive.ts';
import { embed, selectForEmbedding } from './embed.ts';
import { RateLimited } from './embed/rate-limited.ts';
import { finishRun } from './finish.ts';
import { infer } from './infer/infer.ts';
import { selectForInference } from './infer/select.ts';
import { link } from './link.ts';
import { notify, watch } from './notify/notify.ts';
import { telling } from './notify/telling.ts';
import { observe } from './observe.ts';
import { parse } from './parse.ts';
import { preview } from './preview.ts';
import { publish } from './publish.ts';
import { relate } from './relate.ts';
import { render, selectForRender } from './render.ts';
import { resolveTable } from './resolve-table.ts';
import { beginRun, plan, underLease } from './runs.ts';

export function createActivities(deps: ActivityDeps): StageActivities {
  const leased =
    <Args extends unknown[], Result>(
      stage: (deps: ActivityDeps, handle: RunHandle, ...args: Args) => Promise<Result>,
    ) =>
    (handle: RunHandle, ...args: Args): Promise<Result> =>
      underLease(deps, handle, () => stage(deps, handle, ...args));
  return withFailures({
    plan: (request) => new Promise((resolve) => resolve(plan(deps, request))),
    resolveTable: (request) => resolveTable(deps, request),
    preview: (request) => preview(deps, request),
    beginRun: (request) => telling(deps, request, () => beginRun(deps, request)),
    crawl: leased(crawl),
    parse: leased(parse),
    link: leased(link),
    derive: leased(derive),
    relate: leased(relate),
    observe: leased(observe),
    annotate: leased(annotate),
    selectForInference: leased(selectForInference),
    infer: leased(infer),
    selectForRender: leased(selectForRender),
    render: leased(render),
    selectForEmbedding: leased(selectForEmbedding),
    embed: leased(embed),
    publish: leased(publish),
    notify: (notice) => notify(deps, notice),
    watch: (request) => watch(deps, request),
    recordStage: (handle, stage) => storeStage(deps.db, handle.run, stage),
    finishRun: (handle, end) => finishRun(deps, handle, end),
  });
}

/**
 * Turns errors into Temporal failures: whose fault it is becomes the type, and bad input is not tried again. A limit is waited out between attempts, for
 * as long as the server or the bucket says, and holds no slot meanwhile.
 */
function withFailures(activities: StageActivities): StageActivities {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    const run = activity as (...args: unknown[]) => Promise<unknown>;
    const safely = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await run(...args);
      } catch (error) {
        throw toFailure(error);
      }
    };
    return [name, safely];
  });
  return Object.fromEntries(wrapped) as StageActivities;
}

function toFailure(error: unknown): unknown {
  if (!isTableloreError(error)) return error;
  const waitMs = error instanceof RateLimited ? error.waitMs : null;
  return ApplicationFailure.create({
    message: explain(error),
    type: error.name,
    nonRetryable: !error.retry,
    ...(waitMs === null ? {} : { nextRetryDelay: Math.max(1_000, Math.ceil(waitMs)) }),
  });
}
