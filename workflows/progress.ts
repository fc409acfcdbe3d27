/** Keeps a run's progress: what the query answers, the pace that signals set, and what is carried over when the run continues as new. */
import {
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { stageNames, type StageName } from '../schema/contracts/runs.ts';
import type { ChunkResult, RunHandle, RunSummary } from '../activities/contract.ts';
import { chunksInFlight, eventsPerRun, mostChunksInFlight } from './pace.ts';
import { detailsOf } from './current-details.ts';
import type { Pace } from './fan-out.ts';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  speedSignal,
  type NightEnd,
  type Progress,
  type StageProgress,
} from './messages.ts';
import type { searchAttributes } from './search-attributes.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class ProgressBoard implements Pace {
  private readonly progress: Mutable<Progress>;
  private readonly stages: Map<StageName, Mutable<StageProgress>>;

  /** `carried`: the progress of the run that this one continues. */
  constructor(run: string, carried?: Progress) {
    this.progress = carried ?? { run, repo: null, asOf: null, commit: null, paused: false, speed: chunksInFlight, stages: stageNames.map(emptyStage), nights: null }; // prettier-ignore
    this.stages = new Map(this.progress.stages.map((stage) => [stage.stage, stage]));
    setHandler(progressQuery, () => this.view(), { description: 'What is done so far.' });
    setHandler(pauseSignal, () => this.set({ paused: true }), {
      description: 'Start no new chunk until resumed.',
    });
    setHandler(resumeSignal, () => this.set({ paused: false }), { description: 'Go on after a pause.' });
    setHandler(speedSignal, (chunks) => void (isSpeed(chunks) && this.set({ speed: chunks })), {
      description: `Chunks in flight from now on: a number from 1 to ${mostChunksInFlight}.`,
    });
    this.show();
  }

  /** A new night begins: stages start from nothing. */
  night(handle: Pick<RunHandle, 'repo' | 'asOf' | 'commit' | 'table'>): void {
    mark({
      TableloreRepo: handle.repo,
      TableloreAsOf: handle.asOf,
      ...(handle.table === null ? {} : { TableloreTable: handle.table }),
    });
    for (const stage of stageNames) this.stages.set(stage, emptyStage(stage));
    this.set({ repo: handle.repo, asOf: handle.asOf, commit: handle.commit });
  }

  /** How the night ended. */
  outcome(end: NightEnd & Pick<RunSummary, 'outcome'>): void {
    mark({ TableloreOutcome: end.outcome });
    const { nights } = this.progress;
    const { repo, asOf, outcome, reason } = end;
    if (nights !== null)
      this.set({ nights: { ...nights, ended: [...nights.ended, { repo, asOf, outcome, reason }] } });
  }

  nights(total: number): void {
    this.set({ nights: { total, ended: [] } });
  }

  /** A stage that goes on in a run that continues another keeps what it counted there. */
  start(stage: StageName, total: number, beyond = 0): void {
    const entry = this.at(stage);
    Object.assign(entry, { state: 'running', total, beyond, since: entry.since ?? Date.now() });
    this.show();
  }

  add(stage: StageName, { done, reused, failed, left = 0, stopped }: ChunkResult): void {
    const entry = this.at(stage);
    entry.done += done;
    entry.reused += reused;
    entry.failed += failed;
    if (stopped !== undefined) entry.stopped ??= stopped;
    const ended = entry.done + entry.reused + entry.failed;
    entry.left = entry.stopped === undefined ? entry.left + left : entry.total - ended;
    entry.total = Math.max(entry.total, ended + entry.left);
    this.show();
  }

  end(stage: StageName, skipped: string | null = null): StageProgress {
    const entry = this.at(stage);
    entry.state = skipped === null ? 'done' : 'skipped';
    entry.skipped = skipped;
    entry.seconds = (Date.now() - (entry.since ?? Date.now())) / 1_000;
    this.show();
    return { ...entry };
  }

  /** Whether the stage ended in a run that this one continues, or in this one. */
  ended(stage: StageName): boolean {
    const { state } = this.at(stage);
    return state === 'done' || state === 'skipped';
  }

  /** Units of a stage that were left undone for another run, and why if it was stopped; those that the run was not allowed to do; and those that it did. */
  left(stage: StageName) {
    const { left, stopped = null, beyond = 0, done, reused, failed } = this.at(stage);
    return { units: left, stopped, beyond, ended: done + reused + failed };
  }

  /** Returns at once unless paused; else when resumed. */
  async gate(): Promise<void> {
    if (this.progress.paused) await condition(() => !this.progress.paused);
  }

  free(running: number): boolean {
    return !this.progress.paused && running < this.progress.speed;
  }

  full(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength >= eventsPerRun;
  }

  view(): Progress {
    return { ...this.progress, stages: [...this.stages.values()].map((stage) => ({ ...stage })) };
  }

  private at(stage: StageName): Mutable<StageProgress> {
    const entry = this.stages.get(stage);
    if (!entry) throw new Error(`no stage ${stage}`);
    return entry;
  }

  private set(values: Partial<Progress>): void {
    Object.assign(this.progress, values);
    this.show();
  }

  private show(): void {
    setCurrentDetails(detailsOf(this.view()));
  }
}

const isSpeed = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostChunksInFlight;

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
  left: 0,
  skipped: null,
  since: null,
  seconds: 0,
});
