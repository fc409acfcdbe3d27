import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemError } from '../../schema/contracts/errors.ts';
import { lastLines, openLog } from './log-file.ts';
import { readServiceMessage } from './service-message.ts';
import type { ServiceName } from './pid-file.ts';

/** How to run a service. */
export interface ServiceProgram {
  readonly name: ServiceName;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  /** Its output is appended here. */
  readonly logFile: string;
  /**
   * Resolves when the service does its work. Absent: the service says so itself, by `tellLauncher`. Is called again until
   * it resolves; what it throws counts as "not yet".
   */
  readonly probe?: () => Promise<void>;
  /** How long it may take to get ready; milliseconds. */
  readonly startLimitMs: number;
  /** How long it may take to end before SIGKILL; milliseconds. */
  readonly stopLimitMs: number;
}

/** A service did not get ready. The message says which, why if it told, and where its log is. */
export class ServiceStartError extends SystemError {}

/** One running process of a service. */
export interface ChildService {
  readonly pid: number;
  /** Settles when the process has ended: how, in words ("exit code 1", "signal SIGKILL"). */
  readonly ended: Promise<string>;
  /** Resolves when it does its work; rejects with `ServiceStartError`. */
  readonly ready: Promise<void>;
  /** SIGTERM, then SIGKILL after the limit; resolves when the process has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the process. It gets a process group of its own, so that Ctrl-C in the terminal reaches the launcher only and
 * services end in order.
 */
export function startChild(program: ServiceProgram): ChildService {
  const log = openLog(program.logFile);
  const child = spawn(program.command, program.args, {
    env: program.env,
    stdio: ['ignore', log, log, ...(program.probe === undefined ? (['ipc'] as const) : [])],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const ready = becomeReady(program, child, ended);
  ready.catch(() => undefined);
  return { pid: child.pid ?? -1, ended, ready, stop: () => stop(child, ended, program.stopLimitMs) };
}

async function becomeReady(
  program: ServiceProgram,
  child: ChildProcess,
  ended: Promise<string>,
): Promise<void> {
  const limit = AbortSignal.timeout(program.startLimitMs);
  const told = program.probe === undefined ? announced(child) : probed(program.probe, limit);
  const tooLate = new Promise<string>((resolve) => {
    limit.addEventListener('abort', () => resolve(`not ready after ${program.startLimitMs / 1000} s`));
  });
  // What it told last may arrive shortly after the news of its end.
  const gone = ended.then((how) => sleep(100, `ended with ${how}`));
  const problem = await Promise.race([told, gone, tooLate]);
  if (problem === null) return;
  const log = lastLines(program.logFile, 5);
  throw new ServiceStartError(
    `${program.name} did not start: ${problem}. Its log is ${program.logFile}${log === '' ? '' : `, which ends:\n${log}`}`,
  );
}

/** Null when the service says that it is ready, else its reason why not. */
function announced(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.on('message', (value) => {
      const message = readServiceMessage(value);
      if (message !== null) resolve(message.kind === 'ready' ? null : message.text);
    });
  });
}

async function probed(probe: () => Promise<void>, limit: AbortSignal): Promise<null> {
  while (!limit.aborted) {
    try {
      await probe();
      return null;
    } catch {
      await sleep(100);
    }
  }
  return new Promise(() => undefined);
}

async function stop(child: ChildProcess, ended: Promise<string>, limitMs: number): Promise<void> {
  if (child.pid === undefined) return;
  const timer = setTimeout(() => killGroup(child), limitMs);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}

/** The whole group: what a service has started must not outlive it. */
function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
