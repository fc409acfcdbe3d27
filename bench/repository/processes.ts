/** CPU time and peak memory of processes, as Linux counts them in /proc. Elsewhere nothing is measured. */
import { readFileSync } from 'node:fs';

export interface ProcessUse {
  /** Seconds of CPU since it began, in all of its threads and of children that have ended. */
  readonly cpuSeconds: number;
  /** Most memory it ever held, in MiB. */
  readonly peakMb: number;
}

/** /proc counts CPU time in hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Null when the process is gone, or there is no /proc. */
export function processUse(pid: number): ProcessUse | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, which may hold spaces, ends with the last bracket; user, system, and the same of children are fields 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpuSeconds: ticks / ticksPerSecond, peakMb: Math.round(Number(peak ?? Number.NaN) / 1024) };
  } catch {
    return null;
  }
}
