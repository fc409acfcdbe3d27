/** The small schedule beside a repository's nightly one, which notices nights that are overdue. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';
import type { Config } from '../schema/contracts/config.ts';
import { mainQueue } from '../workflows/queues.ts';

export const watchScheduleId = (repo: string): string => `watch-${repo}`;

/** Makes it where a webhook is to be told of overdue nights, and removes it where it is not. Returns whether it is there. */
export async function applyWatchSchedule(client: Client, { notify }: Pick<Config, 'notify'>, repo: string): Promise<boolean> {
  const scheduleId = watchScheduleId(repo);
  if (notify?.on.includes('overdue') !== true) {
    await client.schedule.getHandle(scheduleId).delete().catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
    return false;
  }
  try {
    await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every: '1 hour' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'watch',
        workflowId: scheduleId,
        taskQueue: mainQueue,
        args: [{ repo }],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10 minutes', pauseOnFailure: false },
      state: { note: 'made by tablelore' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  return true;
} // prettier-ignore
