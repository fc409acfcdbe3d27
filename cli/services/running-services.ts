import { setTimeout as sleep } from 'node:timers/promises';
import { readPidFile, removePidFile, serviceNames } from './pid-file.ts';
import type { ServiceName } from './pid-file.ts';
import { livenessOf } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Services that another process has started on a data folder. */
export interface RunningServices {
  /** Pid of the launcher. */
  readonly launcherPid: number;
  /** With its password. Null: the launcher was given a server of the user's own. */
  readonly databaseUrl: string | null;
  /** Host and port. Null: as above. */
  readonly temporalAddress: string | null;
  readonly temporalUiUrl: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** The services that run on `dataDir`, for a command that wants to join them; null when no launcher runs there. */
export async function findRunningServices(dataDir: string): Promise<RunningServices | null> {
  const file = readPidFile(dataDir);
  if (file === null || livenessOf(file.launcher) !== 'alive') return null;
  const { databaseUrl, temporalAddress, temporalUiUrl, startedAt } = file;
  return { launcherPid: file.launcher.pid, databaseUrl, temporalAddress, temporalUiUrl, startedAt };
}

/**
 * Ends what a launcher that no longer runs has left. The caller must hold the launcher's lock. Returns the names of the
 * services that were still running. SIGTERM first; SIGKILL after 15 s.
 */
export async function endOrphans(dataDir: string): Promise<ServiceName[]> {
  const file = readPidFile(dataDir);
  const ended: ServiceName[] = [];
  for (const name of serviceNames) {
    const identity = file?.services[name];
    if (identity === undefined || livenessOf(identity) !== 'alive') continue;
    ended.push(name);
    await end(identity);
  }
  removePidFile(dataDir);
  return ended;
}

async function end(identity: ProcessIdentity): Promise<void> {
  const alive = (): boolean => livenessOf(identity) === 'alive';
  for (const [signal, limitMs] of [
    ['SIGTERM', 15_000],
    ['SIGKILL', 5000],
  ] as const) {
    if (alive()) process.kill(identity.pid, signal);
    for (let waited = 0; waited < limitMs && alive(); waited += 50) await sleep(50);
  }
}
