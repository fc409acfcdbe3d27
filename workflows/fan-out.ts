/** Runs the chunks of a frozen work list side by side, in one workflow. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { WorkList } from '../activities/contract.ts';

/** How fast, and how long, chunks may be started. Asked again whenever something happens to the workflow. */
export interface Pace {
  /** Whether one more may start beside those that are running. */
  free(running: number): boolean;
  /** Nothing new may start in this run: its history is long. */
  full(): boolean;
}

/**
 * Starts the chunks from number `from` on: those of a group side by side, group after group. After a chunk that failed for good, and when the pace is full, no more are
 * started. What is under way always ends first, also on failure and cancellation. Returns the first chunk that was not started.
 */
export async function fanOut(
  list: WorkList,
  from: number,
  pace: Pace,
  one: (chunk: number) => Promise<void>,
): Promise<number> {
  let next = from;
  let running = 0;
  let failure: { readonly error: unknown } | null = null;
  const stopped = () => failure !== null || pace.full();
  const start = (chunk: number) => {
    running += 1;
    one(chunk)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => void (running -= 1));
  };
  try {
    for (const end of groupEnds(list)) {
      while (next < end) {
        await condition(() => stopped() || pace.free(running));
        if (stopped()) break;
        start(next++);
      }
      await condition(() => running === 0);
      if (stopped()) break;
    }
  } finally {
    await CancellationScope.nonCancellable(() => condition(() => running === 0));
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return next;
}

/** The number after the last chunk of each group. */
function groupEnds({ groups }: WorkList): number[] {
  let end = 0;
  return groups.map((size) => (end += size));
}
