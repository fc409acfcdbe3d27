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
  /** Units left undone for another run. */
  readonly left: number;
  /** Units besides `total` that the run may not do. Absent: none. */
  readonly beyond?: number;
  /** Why no more of it was begun; absent: all was. */
  readonly stopped?: string;
  /** Why it was skipped; null otherwise. */
  readonly skipped: string | null;
  /** Milliseconds since the epoch when it began; null before. */
  readonly since: number | null;
  /** Seconds that it took; 0 until it ends. */
  readonly seconds: number;
}

/** How one night of a run ended. */
export interface NightEnd {
  readonly repo: string;
  /** ISO date. */
  readonly asOf: string;
  readonly outcome: string;
  readonly reason: string | null;
}

export interface Progress {
  readonly run: string;
  readonly repo: string | null;
  /** ISO date; null until it is known. */
  readonly asOf: string | null;
  readonly commit: string | null;
  readonly paused: boolean;
  /** Chunks in flight at most. */
  readonly speed: number;
  readonly stages: readonly StageProgress[];
  /** Nights that ended, oldest first, and how many there are; null until they are known. */
  readonly nights: { readonly total: number; readonly ended: readonly NightEnd[] } | null;
}

export const progressQuery = defineQuery<Progress>('progress');
/** No new chunk is started until resumed; chunks under way end. */
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
/** Chunks in flight from now on: a whole number from 1 to `mostChunksInFlight`. Anything else changes nothing. */
export const speedSignal = defineSignal<[chunks: number]>('speed');
