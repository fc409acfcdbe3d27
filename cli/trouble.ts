/** What holds up a run: an activity that fails again and again, or one that waits for long. */
import {
  defaultPayloadConverter,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import type { Waiting } from '../activities/contract.ts';
import { oneLine } from '../knowledge/plain-text.ts';
import { count, duration } from './terminal.ts';

export interface Trouble {
  /** The same as long as it is the same trouble. */
  readonly name: string;
  /** What happens to which activity. */
  readonly happens: string;
  readonly message: string;
  /** Milliseconds since the epoch from which on it waits; null: it fails. */
  readonly since: number | null;
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `ApplicationFailure` types of attempts that end because they have to wait. The first ones tell more: they are shown before the others. */
const waits = ['NightTaken', 'RateLimited', 'RateUsedUp', 'AskedElsewhere'];
const failuresTold = 2;
/** A wait, or a silence, of so many milliseconds is told; a model may well think for a minute. */
const longWait = 30_000;
const longSilence = 60_000;
/** What was not seen for so many milliseconds is another wait. */
const sameWait = 60_000;
/** `PENDING_ACTIVITY_STATE_…` of Temporal's API. */
const scheduled = 1;
const started = 2;

/** Looks at a run now and then, and remembers since when it waits. Null: nothing holds it up. A Temporal server that does not answer is no trouble of the run. */
export function troubleWatch(handle: WorkflowHandle): () => Promise<Trouble | null> {
  const waits = new Map<string, { since: number; seen: number }>();
  return async () => {
    const pending = await handle.describe().then(({ raw }) => raw.pendingActivities ?? [], () => []); // prettier-ignore
    const now = Date.now();
    const found = troubleOf(pending, now);
    if (found === null || found.since === null) return found;
    const before = waits.get(found.name);
    const goesOn = before !== undefined && now - before.seen < sameWait;
    const since = goesOn ? Math.min(before.since, found.since) : found.since;
    waits.set(found.name, { since, seen: now });
    return { ...found, since };
  };
}

/** What fails comes first, then who has to wait, then who waits for an answer that does not come. */
export function troubleOf(pending: readonly Pending[], now: number): Trouble | null {
  const told = [failing, ...waits.map(waiting), silent];
  for (const tell of told)
    for (const one of pending) {
      const trouble = tell(one, one.activityType?.name ?? 'an activity', now);
      if (trouble !== null) return trouble;
    }
  return null;
}

type Tell = (one: Pending, what: string, now: number) => Trouble | null;

const failuresOf = ({ attempt }: Pending): number => (attempt ?? 1) - 1;
const typeOf = ({ lastFailure }: Pending): string => lastFailure?.applicationFailureInfo?.type ?? '';

function failing(one: Pending, what: string): Trouble | null {
  const message = oneLine(one.lastFailure?.message ?? '');
  const failures = failuresOf(one);
  if (failures < failuresTold || message === '' || waits.includes(typeOf(one))) return null;
  const happens = `${what} failed ${failures} times and is tried again`;
  return { name: `${what}: ${message}`, happens, message, since: null };
}

const waiting =
  (type: string): Tell =>
  (one, what, now) => {
    const next = msOf(one.scheduledTime) ?? now;
    const ended = msOf(one.lastAttemptCompleteTime) ?? now;
    if ((one.state as number) !== scheduled || typeOf(one) !== type) return null;
    if (failuresOf(one) < failuresTold && next - ended < longWait) return null;
    const again = next > now ? `, again at ${clock(next)}` : '';
    const times = count(failuresOf(one), 'time');
    const message = `${oneLine(one.lastFailure?.message ?? '')} Turned away ${times}, last at ${clock(ended)}${again}.`;
    return { name: `${what} ${type}`, happens: `${what} waits`, message, since: ended };
  };

/** Heartbeats come late and in packs: the silence is measured up to the last one. */
const silent: Tell = (one, what) => {
  const payload = (one.state as number) === started ? one.heartbeatDetails?.payloads?.[0] : null;
  const told = payload ? defaultPayloadConverter.fromPayload<Waiting | null>(payload) : null;
  const { words, since }: Partial<Waiting> = told ?? {};
  const from = Date.parse(since ?? '');
  if (words === undefined || !((msOf(one.lastHeartbeatTime) ?? 0) - from >= longSilence)) return null;
  return { name: `${what} is silent`, happens: `${what} waits`, message: oneLine(words), since: from };
};

/** Milliseconds since the epoch. */
const msOf = (time: Pending['scheduledTime']): number | null =>
  time ? Number(String(time.seconds)) * 1_000 + (time.nanos ?? 0) / 1e6 : null;

const clock = (time: number): string => `${new Date(time).toISOString().slice(11, 19)} UTC`;

export function troubleLine({ happens, message, since }: Trouble, now: number): string {
  return `${happens}${since === null ? '' : ` for ${duration(Math.max(0, now - since) / 1_000)}`}: ${message}`;
}
