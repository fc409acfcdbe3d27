import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../schema/contracts/errors.ts';

/**
 * Makes the data folder, and those above it, where they are missing; a new one is readable by its owner alone. Throws a `UserError` where it cannot be.
 * One folder after the other: Node's `recursive` never returns where the system has no room for new names, as in /proc.
 */
export function makeDataFolder(dir: string): void {
  const missing: string[] = [];
  for (let folder = dir; !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  try {
    for (const folder of missing.reverse()) mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return makeDataFolder(dir);
    throw new UserError(`The data folder ${dir} cannot be made.`, {
      next: 'Give another with --data-dir.',
      cause: error,
    });
  }
}
