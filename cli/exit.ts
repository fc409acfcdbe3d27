/** Exit codes that scripts can rely on, and errors as a person reads them. */
import { CommanderError } from 'commander';
import { explain, isTableloreError } from '../schema/contracts/errors.ts';
import { StopRequested } from './services/stop-signals.ts';
import { Overdue } from './overdue.ts';
import { RunFailed } from './run-watch.ts';

export const exitCodes = {
  done: 0,
  'the run failed': 1,
  'wrong input or configuration': 2,
  'a server, file or network failed': 3,
  'nothing found': 4,
  'a night is overdue': 5,
  interrupted: 130,
} as const;

/** Nothing fits what was asked for: an answer, not a failure. */
export class NothingFound extends Error {}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof RunFailed) return 1;
  if (error instanceof NothingFound) return 4;
  if (error instanceof Overdue) return 5;
  if (error instanceof StopRequested) return error.exitCode;
  if (error instanceof Error && error.name === 'AbortError') return 130;
  if (readerLeft(error)) return 0;
  if (isTableloreError(error)) return error.fault === 'user' ? 2 : 3;
  return 3;
}

/** On stderr; with `--json`, one object. Unexpected errors show their stack only with `TABLELORE_DEBUG`. */
export function printError(error: unknown, json: boolean): void {
  if (error instanceof CommanderError || readerLeft(error)) return;
  const code = exitCodeOf(error);
  if (code >= 128) return;
  const text = isOfFullDisk(error) ? `The disk is full (${error.message}). Make room, then try again.` : explain(error); // prettier-ignore
  if (json) console.error(JSON.stringify({ error: text, code }));
  else console.error(`tablelore: ${text}`);
  if (process.env.TABLELORE_DEBUG && error instanceof Error) console.error(error.stack);
}

/** Whoever read our output has enough of it (`| head`). */
const readerLeft = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';

const isOfFullDisk = (error: unknown): error is Error =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOSPC';
