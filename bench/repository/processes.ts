/** CPU time and memory of processes, as Linux counts them in /proc. Elsewhere nothing is measured. */
import { readFileSync } from 'node:fs';

export interface ProcessUse {
  /** Seconds of CPU since it began, in all of its threads and of children that have ended. */
  readonly cpuSeconds: number;
  /** Memory that it holds, in MiB. */
  readonly nowMb: number;
  /** Most memory it ever held, in MiB. */
  readonly peakMb: number;
}

/** /proc counts CPU time in hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Null when the process is gone, or there is no /proc. */
export function processUse(pid: number): ProcessUse | null {
  try {
    const stat = statOf(pid);
    // User, system, and the same of children are fields 14 to 17.
    const ticks = stat.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name: string) =>
      Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024);
    return { cpuSeconds: ticks / ticksPerSecond, nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
  } catch {
    return null;
  }
}

/** A server with a process for each connection: CPU of all of them, memory of the largest. Null as for one process. */
export function serverUse(pid: number): ProcessUse | null {
  const all = [pid, ...childrenOf(pid)].flatMap((one) => processUse(one) ?? []);
  if (all.length === 0) return null;
  // A process that has just ended holds no memory.
  const largest = (sizes: readonly number[]) => Math.max(...sizes.filter((size) => !Number.isNaN(size)));
  return {
    cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    nowMb: largest(all.map(({ nowMb }) => nowMb)),
    peakMb: largest(all.map(({ peakMb }) => peakMb)),
  };
}

/** The process that started this one; null when it is gone, or there is no /proc. */
export function parentOf(pid: number): number | null {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return null;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Fields of /proc/…/stat from the third on: the name before, which may hold spaces, ends with the last bracket. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
