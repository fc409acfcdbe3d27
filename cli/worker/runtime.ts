/** The SDK's runtime of a worker process: its log and, where asked for, its metrics for Prometheus. */
import { Runtime } from '@temporalio/worker';
import { workerLogger } from '../worker-log.ts';

/** `metrics`: where `/metrics` is served; null: nowhere. Throws when the address is taken. */
export function installRuntime(metrics: string | null): void {
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
}
