/** Files outside the repository that the configuration names. */
import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../schema/contracts/errors.ts';

/** The text of a file that a field of the configuration names, relative to it. Throws a `UserError` when it cannot be read. */
export async function namedFile(configDir: string, field: string, path: string): Promise<string> {
  const absolute = resolve(configDir, path);
  try {
    return await readFile(absolute, 'utf8');
  } catch (cause) {
    throw new UserError(`The file that \`${field}\` names cannot be read: ${absolute}.`, {
      next: 'Mend the path in the configuration; it is relative to its folder.',
      cause,
    });
  }
}

/** Files that fit any of the globs, relative to `dir`, sorted; absolute paths. */
export async function filesOf(globs: readonly string[], dir: string): Promise<string[]> {
  const paths = new Set<string>();
  for (const pattern of globs)
    for await (const path of glob(pattern, { cwd: dir })) paths.add(resolve(dir, path));
  return [...paths].sort();
}
