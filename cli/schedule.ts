/** The nightly schedule of a repository. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import type { Config, RepoConfig } from '../schema/contracts/config.ts';
import { mainQueue } from '../workflows/queues.ts';

export const scheduleId = (repo: string): string => `nightly-${repo}`;

/**
 * BUFFER_ALL: under SKIP, the UI's Backfill of five nights runs one and drops four. A live night that finds another running ends itself as skipped.
 */
function scheduleOptions(config: Config, repo: RepoConfig): ScheduleOptions {
  return {
    scheduleId: scheduleId(repo.name),
    spec: { cronExpressions: [config.schedule.cron], timezone: config.schedule.timeZone },
    action: {
      type: 'startWorkflow',
      workflowType: 'nightly',
      taskQueue: mainQueue,
      workflowId: `nightly-${repo.name}`,
      args: [{ repo: repo.name }],
    },
    policies: {
      overlap: ScheduleOverlapPolicy.BUFFER_ALL,
      catchupWindow: config.schedule.catchupHours * 3_600_000,
      pauseOnFailure: false,
    },
    state: { paused: config.schedule.paused, note: 'made by tablelore' },
  };
}

/** Makes the schedule, or brings it in line with the configuration; whether it is paused is left as it is. Returns its id. */
export async function applySchedule(
  client: Client,
  config: Config,
  repo: RepoConfig,
): Promise<{ id: string; made: boolean }> {
  const options = scheduleOptions(config, repo);
  try {
    await client.schedule.create(options);
    return { id: options.scheduleId, made: true };
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await client.schedule
    .getHandle(options.scheduleId)
    .update((previous) => ({ ...options, action: options.action, state: previous.state }));
  return { id: options.scheduleId, made: false };
}

export interface ScheduleState {
  readonly id: string;
  readonly paused: boolean;
  readonly note: string | null;
  readonly nextRuns: readonly string[];
  readonly recentRuns: readonly { readonly at: string; readonly workflowId: string }[];
}

/** Null when there is no schedule. */
export async function readSchedule(client: Client, repo: string): Promise<ScheduleState | null> {
  try {
    const description = await client.schedule.getHandle(scheduleId(repo)).describe();
    return {
      id: description.scheduleId,
      paused: description.state.paused,
      note: description.state.note ?? null,
      nextRuns: description.info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()),
      recentRuns: description.info.recentActions.map(({ scheduledAt, action }) => ({
        at: scheduledAt.toISOString(),
        workflowId: action.workflow.workflowId,
      })),
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

export async function setPaused(client: Client, repo: string, paused: boolean): Promise<void> {
  const handle = client.schedule.getHandle(scheduleId(repo));
  await (paused ? handle.pause('paused by tablelore') : handle.unpause('resumed by tablelore'));
}

/** A time of the schedule, ISO 8601, as people read it. */
export const minuteOf = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
