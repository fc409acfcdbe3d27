/** What holds up a run: an activity that failed again and again and is tried once more. */
import type { WorkflowHandle } from '@temporalio/client';
import { oneLine } from '../knowledge/plain-text.ts';

export interface Trouble {
  /** The activity. */
  readonly what: string;
  /** How often it failed. */
  readonly failures: number;
  /** The last failure, as it was told. */
  readonly message: string;
}

const failuresTold = 2;

/** Null: nothing fails repeatedly. A server that does not answer is no trouble of the run. */
export async function troubleOf(handle: WorkflowHandle): Promise<Trouble | null> {
  const pending = await handle.describe().then(({ raw }) => raw.pendingActivities ?? [], () => []); // prettier-ignore
  for (const { activityType, attempt, lastFailure } of pending) {
    const failures = (attempt ?? 1) - 1;
    if (failures < failuresTold || !lastFailure?.message) continue;
    return { what: activityType?.name ?? 'an activity', failures, message: oneLine(lastFailure.message) };
  }
  return null;
}

export const troubleLine = ({ what, failures, message }: Trouble): string =>
  `${what} failed ${failures} times and is tried again: ${message}`;
