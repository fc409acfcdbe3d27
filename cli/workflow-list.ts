/** The runs that the Temporal server knows of. */
import type { Client } from '@temporalio/client';

export interface ListedWorkflow {
  readonly workflowId: string;
  readonly type: string;
  /** As Temporal names it, such as `RUNNING` or `COMPLETED`. */
  readonly status: string;
  readonly startedAt: Date;
}

const types = ['nightly', 'enrichTable', 'backfill'];
/** Older ones are found by their reports. */
const most = 500;

/** The latest first; of several runs under one id the latest only. */
export async function listWorkflows(client: Client): Promise<ListedWorkflow[]> {
  const found = new Map<string, ListedWorkflow>();
  const query = types.map((type) => `WorkflowType = '${type}'`).join(' OR ');
  for await (const one of client.workflow.list({ query, pageSize: 100 })) {
    const listed = {
      workflowId: one.workflowId,
      type: one.type,
      status: one.status.name,
      startedAt: one.startTime,
    };
    const before = found.get(one.workflowId);
    if (before === undefined || before.startedAt < listed.startedAt) found.set(one.workflowId, listed);
    if (found.size >= most) break;
  }
  return [...found.values()].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
}

export const isRunning = ({ status }: ListedWorkflow): boolean => status === 'RUNNING';
