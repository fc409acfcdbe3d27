/** dbt's artifacts from outside the repository: files in the folders that the configuration names. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { artifactNames, type ArtifactText } from '../parsers/dbt/run-artifacts.ts';
import type { RepoConfig } from '../schema/contracts/config.ts';
import type { NamedFile } from './file-hashes.ts';

export interface ArtifactFile extends NamedFile {
  readonly name: ArtifactText['name'];
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

export const readArtifactTexts = (files: readonly ArtifactFile[]): ArtifactText[] =>
  files.map(({ name, path, shown }) => ({ name, path: shown, text: readFileSync(path, 'utf8') }));
