/** Whether somebody does the work. */
import type { Client } from '@temporalio/client';
import { queues, type QueueKind } from '../../workflows/queues.ts';
import type { Settings } from '../settings.ts';
import { ok, warn, type Finding } from './check.ts';

/** `TASK_QUEUE_TYPE_ACTIVITY` of `temporal.api.enums.v1.TaskQueueType`. */
const ofActivities = 2;

/** Whether a worker takes each kind of work that the configuration makes. The server remembers for some minutes who asked for work. */
export async function checkQueues(
  { workflowService }: Pick<Client, 'workflowService'>,
  { temporal: { namespace }, openaiKey }: Pick<Settings, 'temporal' | 'openaiKey'>,
): Promise<Finding> {
  const name = 'task queues';
  const needed: readonly QueueKind[] =
    openaiKey === null ? ['static', 'embed'] : ['static', 'model', 'embed'];
  const idle: QueueKind[] = [];
  for (const kind of needed) {
    const taskQueue = { name: queues[kind] };
    const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: ofActivities }); // prettier-ignore
    if (pollers.length === 0) idle.push(kind);
  }
  if (idle.length === 0) return ok(name, `a worker takes each of ${needed.join(', ')}`);
  return warn(
    name,
    `no worker takes ${idle.join(', ')}: such work waits`,
    `Run \`tablelore worker --queues ${idle.join(',')}\`.`,
  );
}
