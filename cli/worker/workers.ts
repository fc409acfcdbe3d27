/** One Temporal worker for each queue that the process takes. */
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Tracing } from './tracing/tracing.ts';
import { queues, type QueueKind } from '../../workflows/queues.ts';

/** Activities at once. Waiting for servers costs little, computing costs processors. */
const slots: Readonly<Record<QueueKind, number>> = { static: 4, model: 8, embed: 4 };

export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly kinds: readonly QueueKind[];
  readonly activities: object;
  /** Only the static queue runs workflows. */
  readonly workflowBundle: () => Promise<NonNullable<WorkerOptions['workflowBundle']>>;
  /** Absent: unversioned. */
  readonly deployment?: NonNullable<WorkerOptions['workerDeploymentOptions']>;
  readonly tracing: Pick<Tracing, 'interceptors' | 'sinks'>;
}

/**
 * On shutdown nothing new is taken; chunks under way have ten seconds to end, then they are told to stop and are handed over to other workers. What does not
 * stop is left behind after another ten, and starts again elsewhere when its heartbeat is missed.
 */
export function createWorkers(options: WorkersOptions): Promise<Worker[]> {
  const { connection, namespace, kinds, activities, deployment } = options;
  const { interceptors, sinks } = options.tracing;
  return Promise.all(
    kinds.map(async (kind) =>
      Worker.create({
        connection,
        namespace,
        activities,
        taskQueue: queues[kind],
        maxConcurrentActivityTaskExecutions: slots[kind],
        // Heartbeats bring the news that a run is cancelled; else they would be held back for most of the time after which a silent worker is taken for dead.
        maxHeartbeatThrottleInterval: '5 seconds',
        shutdownGraceTime: '10 seconds',
        shutdownForceTime: '20 seconds',
        ...(deployment ? { workerDeploymentOptions: deployment } : {}),
        ...(interceptors ? { interceptors } : {}),
        ...(sinks ? { sinks } : {}),
        ...(kind === 'static' ? { workflowBundle: await options.workflowBundle() } : {}),
      }),
    ),
  );
}

/** Runs until `stop`. Rejects when a worker fails; one that had to be left behind while stopping is no failure. */
export function runWorkers(workers: readonly Worker[]): { readonly ended: Promise<void>; stop(): void } {
  let stopping = false;
  const stop = () => {
    stopping = true;
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const run = async (worker: Worker): Promise<void> => {
    try {
      await worker.run();
    } catch (error) {
      if (stopping && (error as Error).name === 'GracefulShutdownPeriodExpiredError') return;
      stop();
      throw error;
    }
  };
  const ended = Promise.all(workers.map(run)).then(() => {});
  return { ended, stop };
}
