import { closeSync, mkdirSync, openSync, readSync, renameSync, fstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const rotateAboveBytes = 10 * 1024 * 1024;

/** Opens a log for appending and returns its descriptor. One that has grown above 10 MB is first moved to `<path>.1`. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > rotateAboveBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** The last lines of a log (at most 4 kB), for an error message; empty when there are none. */
export function lastLines(path: string, count: number): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, 4096));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString().trimEnd().split('\n').slice(-count).join('\n');
  } finally {
    closeSync(file);
  }
}
