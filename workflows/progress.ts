/** Keeps a run's progress: what the query answers and what the UI shows, and the gate that pause and resume move. */
import { condition, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { stageNames, type StageName } from '../schema/contracts/runs.ts';
import type { ChunkResult, RunHandle, RunSummary } from '../activities/contract.ts';
import type { searchAttributes } from './search-attributes.ts';
import { pauseSignal, progressQuery, resumeSignal, type Progress, type StageProgress } from './messages.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class ProgressBoard {
  private readonly progress: Mutable<Progress>;
  private readonly stages: Map<StageName, Mutable<StageProgress>>;
  private readonly startedAt = new Map<StageName, number>();

  constructor(run: string) {
    this.stages = new Map(stageNames.map((stage) => [stage, emptyStage(stage)]));
    this.progress = { run, repo: null, asOf: null, commit: null, paused: false, stages: [], nights: null };
    setHandler(progressQuery, () => this.view());
    setHandler(pauseSignal, () => void (this.progress.paused = true));
    setHandler(resumeSignal, () => void (this.progress.paused = false));
    this.show();
  }

  /** A new night begins: stages start from nothing. */
  night(handle: Pick<RunHandle, 'repo' | 'asOf' | 'commit' | 'table'>): void {
    mark({
      TableloreRepo: handle.repo,
      TableloreAsOf: handle.asOf,
      ...(handle.table === null ? {} : { TableloreTable: handle.table }),
    });
    Object.assign(this.progress, { repo: handle.repo, asOf: handle.asOf, commit: handle.commit });
    for (const stage of stageNames) this.stages.set(stage, emptyStage(stage));
    this.show();
  }

  /** How the last night ended. */
  outcome(outcome: RunSummary['outcome']): void {
    mark({ TableloreOutcome: outcome });
  }

  nights(done: number, total: number): void {
    this.progress.nights = { done, total };
    this.show();
  }

  start(stage: StageName, total: number): void {
    this.startedAt.set(stage, Date.now());
    Object.assign(this.at(stage), { state: 'running', total });
    this.show();
  }

  add(stage: StageName, result: ChunkResult): void {
    const entry = this.at(stage);
    entry.done += result.done;
    entry.reused += result.reused;
    entry.failed += result.failed;
    entry.total = Math.max(entry.total, entry.done + entry.reused + entry.failed);
    this.show();
  }

  end(stage: StageName, skipped: string | null = null): StageProgress {
    const entry = this.at(stage);
    entry.state = skipped === null ? 'done' : 'skipped';
    entry.skipped = skipped;
    entry.seconds = this.secondsSince(stage);
    this.show();
    return { ...entry };
  }

  /** Returns at once unless paused; else when resumed. */
  async gate(): Promise<void> {
    if (this.progress.paused) await condition(() => !this.progress.paused);
  }

  private at(stage: StageName): Mutable<StageProgress> {
    const entry = this.stages.get(stage);
    if (!entry) throw new Error(`no stage ${stage}`);
    return entry;
  }

  private secondsSince(stage: StageName): number {
    const started = this.startedAt.get(stage);
    return started === undefined ? 0 : (Date.now() - started) / 1_000;
  }

  private view(): Progress {
    return { ...this.progress, stages: [...this.stages.values()].map((stage) => ({ ...stage })) };
  }

  private show(): void {
    const { repo, asOf, nights, paused } = this.progress;
    const head =
      repo === null
        ? 'Starting'
        : `**${repo}** as of **${asOf ?? ''}**${nights ? `, night ${nights.done + 1} of ${nights.total}` : ''}`;
    const rows = [...this.stages.values()].map(
      (s) =>
        `| ${s.stage} | ${s.state} | ${s.done + s.reused + s.failed} / ${s.total} | ${s.reused} | ${s.failed} |`,
    );
    setCurrentDetails(
      [
        paused ? `${head} (paused)` : head,
        '',
        '| stage | state | units | reused | failed |',
        '| --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n'),
    );
  }
}

function mark(values: { readonly [Name in keyof typeof searchAttributes]?: string }): void {
  upsertSearchAttributes(
    Object.entries(values).map(([name, value]) => ({ key: { name, type: 'KEYWORD' as const }, value })),
  );
}

const emptyStage = (stage: StageName): Mutable<StageProgress> => ({
  stage,
  state: 'waiting',
  total: 0,
  done: 0,
  reused: 0,
  failed: 0,
  skipped: null,
  seconds: 0,
});
