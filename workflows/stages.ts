/** The stages of one run, in order. `nightly`, `backfill` and `enrichTable` all run these. */
import { proxyActivities } from '@temporalio/workflow';
import { stagesToRun, type StageName } from '../schema/contracts/runs.ts';
import type { ChunkResult, RunHandle, StageActivities, WorkList, Published } from '../activities/contract.ts';
import { bookkeeping, chunk, embedChunk, modelChunk, wholeStage } from './activity-options.ts';
import { fanOut } from './fan-out.ts';
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

/** A stage in the middle of its work list. */
export interface OpenStage {
  readonly stage: StageName;
  readonly list: WorkList;
  /** The first chunk that was not started; all before it are done. */
  readonly next: number;
}

/**
 * Each function runs one stage of `handle`'s run to its end and records what it did; one that ended in an earlier run of the workflow does nothing. `before`: the stage that
 * the earlier run left in the middle. `carryOn` continues the workflow as new.
 */
export function createStages(
  handle: RunHandle,
  board: ProgressBoard,
  before: OpenStage | null,
  carryOn: (open: OpenStage) => Promise<never>,
) {
  const wanted = stagesToRun(handle.redo);
  const codeUnchanged = handle.codeUnchanged ? 'the code is unchanged' : null;

  async function run(
    stage: StageName,
    work: () => Promise<ChunkResult | null>,
    skip: string | null = null,
  ): Promise<void> {
    if (board.ended(stage)) return;
    await board.gate();
    const skipped = wanted.has(stage) ? skip : `only ${handle.redo.join(', ')} and what follows is redone`;
    if (before?.stage !== stage) board.start(stage, 0);
    const result = skipped === null ? await work() : null;
    if (result) board.add(stage, result);
    const { done, reused, failed, seconds } = board.end(stage, skipped);
    await recordStage(handle, { stage, done, reused, failed, seconds, skipped });
  }

  /** Runs a work list. Returns null: progress was added chunk by chunk. */
  async function chunks(
    stage: StageName,
    listed: () => Promise<WorkList> | WorkList,
    one: (handle: RunHandle, chunk: number) => Promise<ChunkResult>,
  ): Promise<null> {
    const open = before?.stage === stage ? before : { stage, list: await listed(), next: 0 };
    const { list } = open;
    board.start(stage, list.units, list.beyond);
    const next = await fanOut(list, open.next, board, async (chunk) => {
      if (board.left(stage).stopped === null) board.add(stage, await one(handle, chunk));
    });
    if (next < list.chunks) await carryOn({ stage, list, next });
    return null;
  }

  let toParse: WorkList;
  let toDerive: WorkList;
  return {
    crawl: () =>
      run(
        'crawl',
        async () => ((toParse = await crawl(handle)), { done: toParse.units, reused: 0, failed: 0 }),
        codeUnchanged,
      ),
    parse: () => run('parse', () => chunks('parse', () => toParse, parse), codeUnchanged),
    link: async () => {
      await run(
        'link',
        async () => ((toDerive = await link(handle)), { done: toDerive.units, reused: 0, failed: 0 }),
        codeUnchanged,
      );
      await run('derive', async () => {
        await chunks('derive', () => toDerive, derive);
        return relate(handle);
      }, codeUnchanged); // prettier-ignore
    },
    /** The query history is counted and ranked by whole nights; a single table's notes are read with it. */
    observe: () =>
      run('observe', async () =>
        handle.table === null ? sum(await observe(handle), await annotate(handle)) : annotate(handle),
      ),
    infer: async () => {
      const settled = board.ended('infer') || before?.stage === 'infer' || !wanted.has('infer');
      const list = settled ? noWork : await selectForInference(handle);
      await run('infer', () => chunks('infer', () => list, infer), list.skipped);
    },
    render: () => run('render', () => chunks('render', () => selectForRender(handle), render)),
    embed: () => run('embed', () => chunks('embed', () => selectForEmbedding(handle), embed)),
    publish: async () => {
      let published: Published = { outcome: 'unchanged' };
      await run(
        'publish',
        async () => (
          (published = await publish(handle)),
          { done: published.outcome === 'unchanged' ? 0 : 1, reused: 0, failed: 0 }
        ),
      );
      return published;
    },
  };
}

const noWork = { chunks: 0, units: 0, groups: [], skipped: null };

const sum = (a: ChunkResult, b: ChunkResult): ChunkResult => ({
  done: a.done + b.done,
  reused: a.reused + b.reused,
  failed: a.failed + b.failed,
});
