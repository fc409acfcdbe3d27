/** Files beside the repository that have a part in what its code says, and whether they are still the same. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { RepoConfig } from '../schema/contracts/config.ts';

export interface NamedFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the configuration, for people. */
  readonly shown: string;
}

/** Exports of the catalogue that the configuration names, by path. */
export const catalogueFiles = ({ catalogs }: Pick<RepoConfig, 'catalogs'>, configDir: string): NamedFile[] =>
  [...new Set(globSync([...catalogs], { cwd: configDir }))]
    .map((path) => resolve(configDir, path))
    .sort()
    .map((path) => ({ path, shown: relative(configDir, path) }));

/** By path: the size and time that a file had when it was hashed. */
const hashed = new Map<string, { readonly mark: string; readonly hash: string }>();

/** Hash of what the files hold now; a file is read again when its size or time has changed. '' for no files. */
export function hashOfFiles(files: readonly NamedFile[]): string {
  if (files.length === 0) return '';
  const parts = files.map(({ path, shown }) => {
    const { size, mtimeMs } = statSync(path);
    const mark = `${size} ${mtimeMs}`;
    const before = hashed.get(path);
    if (before?.mark === mark) return [shown, before.hash];
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    hashed.set(path, { mark, hash });
    return [shown, hash];
  });
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
