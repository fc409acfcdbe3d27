import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A person or the system asked the program to end. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';
  /** The exit code by which shells know that a signal ended a program: 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signal: (typeof signals)[number], why = `stopped by ${signal}`) {
    super(why);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * A signal that is aborted, with a `StopRequested`, by the first Ctrl-C, SIGTERM or SIGHUP, or when `bin/tablelore.js`, which started this
 * process, is gone. Whoever is too impatient to
 * wait sends a second one: the program ends at once, and the watchdog ends its services. Call it once per process.
 */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    process.on(signal, () => {
      const request = new StopRequested(signal);
      if (controller.signal.aborted) process.exit(request.exitCode);
      controller.abort(request);
    });
  }
  process.once('disconnect', () => controller.abort(new StopRequested('SIGHUP', 'who started it is gone')));
  process.channel?.unref();
  return controller.signal;
}
