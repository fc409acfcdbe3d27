/** All activities, by the names that workflows call them. */
import { recordStage as storeStage } from '../store/runs.ts';
import { annotate } from './annotate.ts';
import type { RunHandle, StageActivities } from './contract.ts';
import { crawl } from './crawl.ts';
import type { ActivityDeps } from './deps.ts';
import { derive } from './derive.ts';
import { embed, selectForEmbedding } from './embed.ts';
import { withFailures } from './failures.ts';
import { finishRun } from './finish.ts';
import { infer } from './infer/infer.ts';
import { selectForInference } from './infer/select.ts';
import { link } from './link.ts';
import { notify, watch } from './notify/notify.ts';
import { telling } from './notify/telling.ts';
import { observe } from './observe.ts';
import { parse } from './parse.ts';
import { plan } from './plan.ts';
import { preview } from './preview.ts';
import { publish } from './publish.ts';
import { relate } from './relate.ts';
import { render, selectForRender } from './render.ts';
import { resolveTable } from './resolve-table.ts';
import { beginRun, underLease } from './runs.ts';

export function createActivities(deps: ActivityDeps): StageActivities {
  const leased =
    <Args extends unknown[], Result>(
      stage: (deps: ActivityDeps, handle: RunHandle, ...args: Args) => Promise<Result>,
    ) =>
    (handle: RunHandle, ...args: Args): Promise<Result> =>
      underLease(deps, handle, () => stage(deps, handle, ...args));
  return withFailures({
    plan: (request) => new Promise((resolve) => resolve(plan(deps.config, request))),
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
