import { existsSync, statfsSync } from 'node:fs';

/** Postgres keeps its log in files of 16 MB, and stops where there is no room for the next one; starting again takes another. */
const leastBytes = 32 * 1024 * 1024;

/** What to add to an error of the database where the disk of its folder is all but full; else nothing. */
export function roomHint(folder: string): string {
  if (!existsSync(folder)) return '';
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= leastBytes) return '';
  return `. The disk of ${folder} is full: ${Math.floor(free / 1_048_576)} MiB are free, and it takes ${leastBytes / 1_048_576}. Nothing that was stored is lost: make room, then start again.`;
}
