/** What a run left in Temporal: how long its history is, and how much of its time no activity was at work. */
import type { Client, WorkflowHandle } from '@temporalio/client';

export interface HistoryFigures {
  readonly events: number;
  readonly bytes: number;
  /** Seconds from start to end, and those of them in which no activity of the run was at work: the cost of orchestration. */
  readonly seconds: number;
  readonly idleSeconds: number;
}

/** Events and bytes of all runs of a workflow that continued as new. */
export async function readLength(client: Client, workflowId: string): Promise<Pick<HistoryFigures, 'events' | 'bytes'>> {
  const length = { events: 0, bytes: 0 };
  let runId: string | null | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  while (runId) {
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    const events = (await handle.fetchHistory()).events ?? [];
    length.events += events.length;
    length.bytes += Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  }
  return length;
} // prettier-ignore

type Timestamp = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

const secondsOf = (time: Timestamp): number => Number(time?.seconds ?? 0) + (time?.nanos ?? 0) / 1e9;

export async function readHistory(handle: WorkflowHandle): Promise<HistoryFigures> {
  const { raw } = await handle.describe();
  const events = (await handle.fetchHistory()).events ?? [];
  const begun = new Map<string, number>();
  const work: [number, number][] = [];
  for (const event of events) {
    const started = event.activityTaskStartedEventAttributes;
    if (started) begun.set(String(event.eventId), secondsOf(event.eventTime));
    const end =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes;
    const from = begun.get(String(end?.startedEventId));
    if (from !== undefined) work.push([from, secondsOf(event.eventTime)]);
  }
  const seconds = secondsOf(events.at(-1)?.eventTime) - secondsOf(events[0]?.eventTime);
  return {
    events: events.length,
    bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
    seconds,
    idleSeconds: seconds - covered(work),
  };
}

/** Seconds that at least one of the intervals covers. */
function covered(intervals: readonly (readonly [number, number])[]): number {
  let sum = 0;
  let end = -Infinity;
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    if (to > end) sum += to - Math.max(from, end);
    end = Math.max(end, to);
  }
  return sum;
}
