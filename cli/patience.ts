/** Patience with a server that is away for a moment: one that was killed is started again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { isTableloreError, SystemError } from '../schema/contracts/errors.ts';

const patienceMs = 60_000;

/**
 * Does `work`, and again for up to a minute (`limitMs`) while a server cannot be reached. A call that waited longer than that before it broke off, such as one for
 * the result of a run, begins a new minute. Whatever else goes wrong is thrown at once.
 */
export async function patiently<T>(work: () => Promise<T>, limitMs = patienceMs): Promise<T> {
  for (let deadline = 0; ; await sleep(500)) {
    const begun = Date.now();
    try {
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (deadline === 0 || Date.now() - begun > limitMs) deadline = Date.now() + limitMs;
      else if (Date.now() > deadline) throw cannotStore(error) ? fullServer(error) : error;
    }
  }
}

/** Codes of the system and of Postgres: no connection, or one that broke; a server that is starting or stopping. gRPC's for the same are numbers. */
const away = new Set<unknown>([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', '08006', '57P01', '57P02', '57P03'],
  ...[4, 14],
]);

function isAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof WorkflowFailedError) return false;
  if (isTableloreError(error)) return error.retry;
  const { code, errors = [] } = error as { code?: unknown; errors?: readonly unknown[] };
  return away.has(code) || /^Connection terminated/.test(error.message) || errors.some(isAway) || isAway(error.cause); // prettier-ignore
}

/** What a Temporal server answers whose own database cannot be written; why, only its log says. */
const cannotStore = (error: unknown): boolean =>
  error instanceof Error && (/shard status unknown/.test(error.message) || cannotStore(error.cause));

const fullServer = (cause: unknown): SystemError =>
  new SystemError('The Temporal server stores nothing any more: its disk may be full.', {
    cause,
    next: 'See its log, make room, then start again: runs go on.',
  });
