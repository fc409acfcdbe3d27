/** Who holds a slot of a worker, and who waits without one, looked at while a run goes on. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';

export interface SlotFigures {
  /** Means over the looks at which the model was being asked. */
  readonly atWork: number;
  readonly waiting: number;
  /** Of the machine, over one minute. */
  readonly load: number;
}

const everyMs = 1_000;
/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const started = 2;

/** Looks at the activities of `handle`'s workflow until `ended` resolves. */
export async function watchSlots(handle: WorkflowHandle, ended: Promise<unknown>): Promise<SlotFigures> {
  const looks: { atWork: number; waiting: number }[] = [];
  const loads: number[] = [];
  let over = false;
  const end = ended.then(() => (over = true), () => (over = true)); // prettier-ignore
  while (!over) {
    const { raw } = await handle.describe();
    const asking = (raw.pendingActivities ?? []).filter(({ activityType }) => activityType?.name === 'infer');
    const atWork = asking.filter(({ state }) => state === started).length;
    if (asking.length > 0) looks.push({ atWork, waiting: asking.length - atWork });
    loads.push(loadavg()[0] ?? Number.NaN);
    await Promise.race([end, sleep(everyMs)]);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length); // prettier-ignore
  return {
    atWork: mean(looks.map((look) => look.atWork)),
    waiting: mean(looks.map((look) => look.waiting)),
    load: mean(loads),
  };
}
