/** A disk of its own for a world, which can be filled. Takes the right to mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SmallDisk {
  isFull(): boolean;
  /** Fills it to the last block; resolves when there is room again. */
  fill(): Promise<void>;
  close(): void;
}

const sizeMb = 400;
const fullMs = 90_000;

/** Mounted on `dir`, which is made. */
export function mountSmallDisk(dir: string): SmallDisk {
  mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', dir]);
  const ballast = join(dir, 'ballast');
  let full = false;
  return {
    isFull: () => full,
    async fill() {
      full = true;
      writeUntilFull(ballast);
      await sleep(fullMs);
      rmSync(ballast);
      full = false;
    },
    close: () => void execFileSync('umount', ['--lazy', dir]),
  };
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(65_536);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
