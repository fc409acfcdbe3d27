/** The Temporal UI's start form, filled in. */
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { mainQueue } from '../workflows/queues.ts';

export interface StartForm {
  readonly workflow: 'backfill' | 'nightly' | 'enrichTable';
  readonly workflowId: string;
  readonly input: object;
}

/**
 * The form takes its input from the newest workflow of the same type and id, never from the link (Temporal UI 2.42). So a workflow with this input is
 * put there with a start a year away, and terminated before it does anything. Leaves one alone that runs under the id, or that does this already.
 */
export async function fillStartForm(client: Client, form: StartForm): Promise<void> {
  const before = await client.workflow.getHandle(form.workflowId).describe().catch(() => null); // prettier-ignore
  const fills = JSON.stringify(form.input);
  if (before?.status.name === 'RUNNING' || before?.memo?.fills === fills) return;
  try {
    const handle = await client.workflow.start(form.workflow, {
      taskQueue: mainQueue,
      workflowId: form.workflowId,
      args: [form.input],
      startDelay: '365 days',
      memo: { fills },
    });
    await handle.terminate('only there to fill the start form in');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
