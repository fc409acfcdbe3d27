/** dbt's artifacts from outside the repository: files, or folders of them, that the configuration names. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { artifactNames, type ArtifactText } from '../parsers/dbt/run-artifacts.ts';
import type { RepoConfig } from '../schema/contracts/config.ts';
import type { NamedFile } from './file-hashes.ts';

export interface ArtifactFile extends NamedFile {
  readonly name: ArtifactText['name'];
}

/** In the order of their names, so that of two files of one thing the same one always counts. */
export const artifactFiles = (
  { artifacts }: Pick<RepoConfig, 'artifacts'>,
  configDir: string,
): ArtifactFile[] => artifacts.flatMap((pattern) => filesOfPattern(pattern, configDir));

/** What fits one glob, which may name the folders or the files. */
export function filesOfPattern(pattern: string, configDir: string): ArtifactFile[] {
  const places = globSync(pattern, { cwd: configDir }).sort();
  return places.flatMap((place) =>
    artifactNames.flatMap((name) => {
      const file = `${name}.json`;
      const path = resolve(configDir, basename(place) === file ? place : join(place, file));
      const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
      return isFile ? [{ name, path, shown: relative(configDir, path) }] : [];
    }),
  );
}

/** JavaScript has no texts that are much longer. */
const maxBytes = 500_000_000;

/** A file that is too large for a text is given as '', which costs a diagnostic where it is read. */
export const readArtifactTexts = (files: readonly ArtifactFile[]): ArtifactText[] =>
  files.map(({ name, path, shown }) => ({
    name,
    path: shown,
    text: statSync(path).size > maxBytes ? '' : readFileSync(path, 'utf8'),
  }));
