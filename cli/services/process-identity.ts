import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names one process for good: a pid alone is reused after the process ends, after a restart of the machine and in
 * every container. Stored in lock and pid files.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in a unit of the platform's; null where it cannot be known. Compared, never computed with. */
  readonly startedAt: string | null;
  readonly host: string;
  /** Boot of the machine and pid namespace of the container; null where they cannot be known. */
  readonly boot: string | null;
  readonly namespace: string | null;
}

/** `unknown`: the process belongs to another machine or container, so nothing can be said from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export function identify(pid: number): ProcessIdentity {
  return {
    pid,
    startedAt: startOf(pid),
    host: hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

export function livenessOf(identity: ProcessIdentity): Liveness {
  const here = identify(process.pid);
  if (identity.boot !== here.boot) return identity.host === here.host ? 'dead' : 'unknown';
  if (identity.namespace !== here.namespace) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  return identity.startedAt === startOf(identity.pid) ? 'alive' : 'dead';
}

export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startedAt, host } = value as Record<string, unknown>;
  return (
    Number.isInteger(pid) && (startedAt === null || typeof startedAt === 'string') && typeof host === 'string'
  );
}

/** Start time of a running process; null when there is none, when it is a zombie, or when the platform does not say. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
    // The command's name stands in parentheses and may hold anything, so fields are counted from the last one.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields?.[0] === 'Z' ? null : (fields?.[19] ?? null);
  }
  if (process.platform === 'win32') return null;
  return attempt(
    () => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null,
  );
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
