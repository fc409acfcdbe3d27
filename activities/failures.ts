/** Turns errors into Temporal failures: the type tells whose fault it is, and what cannot succeed is not tried again. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { explain, isProgramFault, isTableloreError, SystemError } from '../schema/contracts/errors.ts';
import type { StageActivities } from './contract.ts';
import { RateLimited } from './embed/rate-limited.ts';

/** A fault of the program meets the same input again; a few attempts outlast one that had to do with the moment. */
const attemptsAtFaults = 3;
/** Some five minutes. A full disk waits for a person, who hears of it when the run has ended. */
const attemptsAtFullDisk = 10;

export function withFailures(activities: StageActivities): StageActivities {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    const run = activity as (...args: unknown[]) => Promise<unknown>;
    const safely = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await run(...args);
      } catch (error) {
        throw toFailure(error, activityInfo().attempt);
      }
    };
    return [name, safely];
  });
  return Object.fromEntries(wrapped) as StageActivities;
}

/** `attempt` counts from 1. A limit is waited out between attempts, for as long as the server or the bucket says, and holds no slot meanwhile. */
export function toFailure(error: unknown, attempt: number): unknown {
  if (isTableloreError(error)) {
    const waitMs = error instanceof RateLimited ? error.waitMs : null;
    return ApplicationFailure.create({
      message: explain(error),
      type: error.name,
      nonRetryable: !error.retry,
      ...(waitMs === null ? {} : { nextRetryDelay: Math.max(1_000, Math.ceil(waitMs)) }),
    });
  }
  const full = fullDisk(error);
  if (full !== null) {
    const nonRetryable = attempt >= attemptsAtFullDisk;
    return ApplicationFailure.create({ message: explain(full), type: full.name, nonRetryable });
  }
  if (!isProgramFault(error)) return error;
  return ApplicationFailure.create({
    message: `tablelore has a fault: ${explain(error)}. Please report it with the stack that the Temporal UI shows.`,
    type: 'ProgramFault',
    nonRetryable: attempt >= attemptsAtFaults,
    cause: error,
  });
}

/** Null: it is about something else. Postgres and the system have codes for a full disk; programs such as git have words. */
function fullDisk(error: unknown): SystemError | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { code?: unknown };
  const where = code === '53100' ? 'of the database' : 'of the data folder';
  if (code !== '53100' && code !== 'ENOSPC' && !/No space left on device/.test(error.message)) return null;
  return new SystemError(`The disk ${where} is full.`, {
    next: 'Make room, then start the run again: it goes on from what is done.',
    cause: error,
  });
}
