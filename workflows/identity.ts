/** Who this run is, and which night it stands for. */
import { workflowInfo } from '@temporalio/workflow';

/** Names one run of one repository; the same when it is continued as new, another when the same workflow id is started again: the end of an execution's id is random, its beginning is the time. */
export function runId(...parts: readonly string[]): string {
  const { workflowId, firstExecutionRunId: execution } = workflowInfo();
  return [workflowId, execution.slice(-8), ...parts].join('/');
}

/** Milliseconds since the epoch of the schedule's nominal time, which survives continue-as-new; else when the workflow started. */
export function nominalTime(): number {
  const info = workflowInfo();
  const scheduled = (info.searchAttributes as Record<string, unknown[] | undefined>)
    .TemporalScheduledStartTime?.[0];
  if (scheduled instanceof Date) return scheduled.getTime();
  return info.startTime.getTime();
}
