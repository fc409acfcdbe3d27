/** Runs activity code as a worker would: with a context that counts heartbeats and can be cancelled. */
import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';

export interface ActivityRun<T> {
  readonly result: Promise<T>;
  readonly cancel: () => void;
}

export function runActivity<T>(work: () => Promise<T>): ActivityRun<T> {
  const abort = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(new CancelledFailure('CANCELLED')));
  });
  cancelled.catch(() => {});
  const nothing = () => {};
  const log = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
  const context = new Context(
    { attempt: 1 } as Info,
    cancelled,
    abort.signal,
    nothing,
    undefined,
    log,
    undefined as never,
    undefined as never,
  );
  return { result: asyncLocalStorage.run(context, work), cancel: () => abort.abort() };
}
