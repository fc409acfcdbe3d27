/** Has the webhook told of something, where the configuration asks for it. */
import { Context } from '@temporalio/activity';
import type { Notice } from '../../schema/contracts/notice.ts';
import type { ActivityDeps } from '../deps.ts';

/**
 * Starts a workflow that posts the notice and tries again for a day: nothing waits for it. The same notice is told once, however often this runs. What goes wrong
 * here is logged and ends no night.
 */
export async function tell({ config }: Pick<ActivityDeps, 'config'>, notice: Notice): Promise<void> {
  if (config.notify === undefined || !config.notify.on.includes(notice.event)) return;
  const { client, info, log } = Context.current();
  try {
    await client.workflow.start('notify', {
      taskQueue: info.taskQueue,
      workflowId: `notify/${notice.id}`,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [notice],
    });
  } catch (error) {
    if ((error as Error).name === 'WorkflowExecutionAlreadyStartedError') return;
    log.warn(`The webhook is not told of ${notice.id}.`, { error });
  }
}
