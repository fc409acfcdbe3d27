/** Versions of the worker in Temporal's sense: a run stays with, or moves to, a version of the code that can go on with it. */
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { SystemError } from '../../schema/contracts/errors.ts';

export const deploymentName = 'tablelore';

/** `nightly` and `backfill` move on to the current version; a workflow that says otherwise stays with the one that it began on. */
export const deploymentOptions = (buildId: string): WorkerDeploymentOptions => ({
  useWorkerVersioning: true,
  version: { deploymentName, buildId },
  defaultVersioningBehavior: 'AUTO_UPGRADE',
});

/**
 * Makes the version current: new runs, and those that move on, get its code. The server must have seen a worker of it poll, which is waited for. Queues that
 * only the version before polls are no obstacle: their workers are promoted when they are replaced.
 */
export async function promote(client: Client, buildId: string, limitMs = 60_000): Promise<void> {
  const { workflowService } = client.connection;
  const { namespace } = client.options;
  for (const until = Date.now() + limitMs; ;) {
    try {
      await workflowService.setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName,
        buildId,
        ignoreMissingTaskQueues: true,
        identity: client.options.identity,
      });
      return;
    } catch (cause) {
      if (Date.now() > until)
        throw new SystemError(`Version ${buildId} could not be made the current one.`, { cause });
      await sleep(500);
    }
  }
}
