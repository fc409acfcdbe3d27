import { once } from 'node:events';
import { SystemError } from '../../schema/contracts/errors.ts';
import type { Services } from './services.ts';

export interface Watched {
  /** Aborts as `signal` does, and with a `SystemError` when a service stays down. */
  readonly signal: AbortSignal;
  /** Resolves when all services have ended; rejects with that error. */
  readonly stopped: Promise<void>;
}

/** Tells of crashes. A service that stays down is the end of those that wait for what it does. */
export function watchServices(
  services: Services,
  signal: AbortSignal,
  tell: (text: string) => void,
): Watched {
  const down = new AbortController();
  services.onEvent(({ kind, text }) => {
    tell(text);
    if (kind === 'gave-up')
      down.abort(
        new SystemError(`${text}.`, {
          next: 'Start again when the cause is mended: what was under way goes on.',
        }),
      );
  });
  const stopped = Promise.race([services.stopped, once(down.signal, 'abort')]).then(() =>
    down.signal.throwIfAborted(),
  );
  stopped.catch(() => {});
  return { signal: AbortSignal.any([signal, down.signal]), stopped };
}
