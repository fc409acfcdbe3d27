/** What may be asked of, and told to, a running workflow. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { StageName } from '../schema/contracts/runs.ts';

export interface StageProgress {
  readonly stage: StageName;
  readonly state: 'waiting' | 'running' | 'done' | 'skipped';
  readonly total: number;
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  /** Why it was skipped; null otherwise. */
  readonly skipped: string | null;
  /** Seconds so far. */
  readonly seconds: number;
}

export interface Progress {
  readonly run: string;
  readonly repo: string | null;
  /** ISO date; null until it is known. */
  readonly asOf: string | null;
  readonly commit: string | null;
  readonly paused: boolean;
  readonly stages: readonly StageProgress[];
  /** For backfills: nights done and all nights. */
  readonly nights: { readonly done: number; readonly total: number } | null;
}

export const progressQuery = defineQuery<Progress>('progress');
/** No new chunk is started until resumed; chunks under way end. */
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
