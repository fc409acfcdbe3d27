/** Keeps an activity's heartbeat going and hands its cancellation on. */
import { Context } from '@temporalio/activity';
import type { Waiting } from './contract.ts';

const mostMs = 5_000;

/**
 * Runs `work` with a heartbeat every few seconds, at least three in the time after which the server takes a silent worker for dead. `signal` aborts when
 * the activity is cancelled or the worker shuts down; whatever `work` then throws, it ends as cancelled and not as failed. `waits`: told what it waits for.
 */
export async function alive<T>(
  work: (signal: AbortSignal, waits: (waiting: Waiting | null) => void) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const everyMs = Math.min(mostMs, (context.info.heartbeatTimeoutMs ?? Infinity) / 3);
  let waiting: Waiting | null = null;
  const timer = setInterval(() => context.heartbeat(waiting), everyMs);
  try {
    return await work(context.cancellationSignal, (now) => (waiting = now));
  } catch (error) {
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(timer);
  }
}
