/** dbt's artifacts from outside the repository: files in the folders that the configuration names. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { artifactNames, type ArtifactText } from '../parsers/dbt/run-artifacts.ts';
import type { RepoConfig } from '../schema/contracts/config.ts';

export interface ArtifactFile {
  readonly name: ArtifactText['name'];
  /** Absolute. */
  readonly path: string;
  /** Relative to the configuration, for people. */
  readonly shown: string;
}

/** Folders in the order of their names, so that of two files of one thing the same one always counts. */
export function artifactFiles(
  { artifacts }: Pick<RepoConfig, 'artifacts'>,
  configDir: string,
): ArtifactFile[] {
  const folders = artifacts.flatMap((pattern) => globSync(pattern, { cwd: configDir }).sort());
  return folders.flatMap((folder) =>
    artifactNames.flatMap((name) => {
      const path = resolve(configDir, join(folder, `${name}.json`));
      const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
      return isFile ? [{ name, path, shown: relative(configDir, path) }] : [];
    }),
  );
}

/** By path: the size and time that a file had when it was hashed. */
const hashed = new Map<string, { readonly mark: string; readonly hash: string }>();

/** Hash of what the files hold now; a file is read again when its size or time has changed. '' for no files. */
export function artifactsHash(files: readonly ArtifactFile[]): string {
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

export const readArtifactTexts = (files: readonly ArtifactFile[]): ArtifactText[] =>
  files.map(({ name, path, shown }) => ({ name, path: shown, text: readFileSync(path, 'utf8') }));
