/** Long work without I/O, in turns with everything else that the process does. */
import { setImmediate } from 'node:timers/promises';

const mostMs = 100;

/**
 * The items of a generator that computes them, with a pause where it took long: whoever computes for a minute without one sends no heartbeat, and is taken
 * for dead. Throws when `signal` is aborted.
 */
export async function* gently<T>(items: Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  let since = Date.now();
  for (const item of items) {
    yield item;
    if (Date.now() - since < mostMs) continue;
    await setImmediate();
    signal.throwIfAborted();
    since = Date.now();
  }
}
