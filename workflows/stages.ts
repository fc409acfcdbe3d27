/** The stages of one run, in order. `nightly`, `backfill` and `enrichTable` all run these. */
import { proxyActivities } from '@temporalio/workflow';
import type { StageName } from '../schema/contracts/runs.ts';
import type { ChunkResult, RunHandle, StageActivities, WorkList } from '../activities/contract.ts';
import {
  bookkeeping,
  chunk,
  chunksInFlight,
  embedChunk,
  modelChunk,
  wholeStage,
} from './activity-options.ts';
import type { ProgressBoard } from './progress.ts';

const {
  crawl,
  link,
  relate,
  observe,
  annotate,
  publish,
  selectForRender,
  selectForInference,
  selectForEmbedding,
} = proxyActivities<StageActivities>(wholeStage);
const { parse, derive, render } = proxyActivities<StageActivities>(chunk);
const { infer } = proxyActivities<StageActivities>(modelChunk);
const { embed } = proxyActivities<StageActivities>(embedChunk);
const { recordStage } = proxyActivities<StageActivities>(bookkeeping);

export type StageRunner = ReturnType<typeof createStages>;

/** Each function runs one stage of `handle`'s run to its end and records what it did. */
export function createStages(handle: RunHandle, board: ProgressBoard) {
  const codeUnchanged = handle.codeUnchanged ? 'the code is unchanged' : null;

  async function run(
    stage: StageName,
    work: () => Promise<ChunkResult | null>,
    skipped: string | null = null,
  ): Promise<void> {
    await board.gate();
    board.start(stage, 0);
    const result = skipped === null ? await work() : null;
    if (result) board.add(stage, result);
    const { done, reused, failed, seconds } = board.end(stage, skipped);
    await recordStage(handle, { stage, done, reused, failed, seconds, skipped });
  }

  /** Runs a work list: the chunks of a group side by side, group after group. Returns null: progress was added chunk by chunk. */
  async function chunks(
    stage: StageName,
    list: WorkList,
    one: (handle: RunHandle, chunk: number) => Promise<ChunkResult>,
  ): Promise<null> {
    board.start(stage, list.units);
    let first = 0;
    for (const size of list.groups) {
      let next = first;
      const end = first + size;
      const lane = async () => {
        while (next < end) {
          const mine = next++;
          await board.gate();
          board.add(stage, await one(handle, mine));
        }
      };
      await Promise.all(Array.from({ length: Math.min(chunksInFlight, size) }, lane));
      first = end;
    }
    return null;
  }

  let toParse: WorkList;
  return {
    crawl: () =>
      run(
        'crawl',
        async () => ((toParse = await crawl(handle)), { done: toParse.units, reused: 0, failed: 0 }),
        codeUnchanged,
      ),
    parse: () => run('parse', () => chunks('parse', toParse, parse), codeUnchanged),
    link: async () => {
      let toDerive: WorkList | null = null;
      await run(
        'link',
        async () => ((toDerive = await link(handle)), { done: toDerive.units, reused: 0, failed: 0 }),
        codeUnchanged,
      );
      await run('derive', async () => {
        await chunks('derive', toDerive as WorkList, derive);
        return relate(handle);
      }, codeUnchanged); // prettier-ignore
    },
    /** The query history is counted and ranked by whole nights; a single table's notes are read with it. */
    observe: () =>
      run('observe', async () =>
        handle.table === null ? sum(await observe(handle), await annotate(handle)) : annotate(handle),
      ),
    infer: async () => {
      const list = await selectForInference(handle);
      await run('infer', () => chunks('infer', list, infer), list.skipped);
    },
    render: () => run('render', async () => chunks('render', await selectForRender(handle), render)),
    embed: () => run('embed', async () => chunks('embed', await selectForEmbedding(handle), embed)),
    publish: async () => {
      let outcome: Awaited<ReturnType<typeof publish>>['outcome'] = 'unchanged';
      await run(
        'publish',
        async () => (
          ({ outcome } = await publish(handle)),
          { done: outcome === 'unchanged' ? 0 : 1, reused: 0, failed: 0 }
        ),
      );
      return outcome;
    },
  };
}

const sum = (a: ChunkResult, b: ChunkResult): ChunkResult => ({
  done: a.done + b.done,
  reused: a.reused + b.reused,
  failed: a.failed + b.failed,
});
