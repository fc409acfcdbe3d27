/** The SDK's runtime of a worker process: its log and, where asked for, its metrics for Prometheus. */
import { Runtime } from '@temporalio/worker';
import { UserError } from '../../schema/contracts/errors.ts';
import { workerLogger } from '../worker-log.ts';

/** `metrics`: where `/metrics` is served; null: nowhere. Throws a `UserError` when the address is taken. */
export function installRuntime(metrics: string | null): void {
  const install = () =>
    Runtime.install({
      logger: workerLogger(),
      shutdownSignals: [],
      ...(metrics === null
        ? {}
        : {
            telemetryOptions: {
              metrics: {
                prometheus: {
                  bindAddress: metrics,
                  countersTotalSuffix: true,
                  unitSuffix: true,
                  useSecondsForDurations: true,
                },
              },
            },
          }),
    });
  try {
    install();
  } catch (cause) {
    if (metrics === null) throw cause;
    throw new UserError(`Metrics cannot be served on ${metrics}.`, {
      cause,
      next: 'Give another address, or end what has it.',
    });
  }
}
