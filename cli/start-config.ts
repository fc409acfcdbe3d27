/** The configuration that `start` makes: of the fixture monorepo, or of a repository named on the command line. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { UserError } from '../schema/contracts/errors.ts';
import { madeConfig } from './made-config.ts';
import { findConfig, startedLast, type SettingsFlags } from './settings.ts';
import type { Dialect } from '../schema/contracts/dialect.ts';

export interface RepoFlags {
  readonly repo: string;
  readonly ref?: string | undefined;
  readonly dialect?: Dialect | undefined;
}

/** A repository's name from its address: its last part, in lower-case letters, digits and dashes. */
export function repoNameOf(address: string): string {
  const path = address.replace(/[?#].*$/, '').replace(/\/+$/, '').replace(/(\/repo|\/?\.git)$/, ''); // prettier-ignore
  const name = basename(path.replaceAll(':', '/')).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''); // prettier-ignore
  return name || 'repo';
}

/**
 * The address as the configuration holds it: of a path, absolute. Throws a `UserError` for a folder that is not there, and for credentials in the URL, which
 * would end up in a file.
 */
export function repoUrlOf(address: string, cwd: string): string {
  if (/^https?:\/\/[^/@]+@/i.test(address)) {
    throw new UserError('The repository address holds credentials, which would end up in a file.', {
      next: 'Give the address without them and set TABLELORE_GIT_TOKEN.',
    });
  }
  if (/^[a-z][a-z0-9+.-]*:|^[^/\\]+@[^/]+:/i.test(address)) return address;
  const path = resolve(cwd, address);
  if (!existsSync(path)) throw new UserError(`There is no folder ${path}.`, { next: 'Check --repo.' });
  return path;
}

/** A configuration of one repository. */
export function repoConfigText({ repo, ref, dialect }: RepoFlags, cwd: string): string {
  const url = repoUrlOf(repo, cwd);
  const entry = { name: repoNameOf(url), url, ...(ref ? { ref } : {}), ...(dialect ? { dialect } : {}) };
  return madeConfig(
    'Made by `tablelore start --repo`; docs/configuration.md describes every field.',
    stringify({ version: 1, repos: [entry] }),
  );
}

const demoMark = 'The fixture monorepo, made by `tablelore start`.';

/**
 * The configuration that `start` takes as it is: the one named, the current folder's, or that of the data folder named, else of the one started last. Null: the fixture
 * monorepo is meant, whose configuration is made anew by each start.
 */
export function ownConfig(flags: SettingsFlags, environment: NodeJS.ProcessEnv, cwd: string): string | null {
  const dataDir = flags.dataDir ?? environment.TABLELORE_DATA_DIR;
  const named = flags.config ?? environment.TABLELORE_CONFIG;
  if (named) return findConfig(flags, environment, cwd);
  const last = startedLast(cwd);
  const folders = dataDir
    ? [resolve(cwd, dataDir), cwd]
    : [cwd, ...(last === null ? [] : [resolve(cwd, last)])];
  const found = folders.map((folder) => join(folder, 'tablelore.yml')).find((path) => existsSync(path));
  return found === undefined || readFileSync(found, 'utf8').startsWith(`# ${demoMark}`) ? null : found;
}

/** The data folder of such a configuration, where none is named: the one it lies in, if that was started last. */
export function ownDataDir(config: string, cwd: string): string {
  const last = startedLast(cwd);
  return last !== null && config === join(resolve(cwd, last), 'tablelore.yml') ? last : '.tablelore/own';
}

/** Folder of the fixtures: beside the sources in the clone, and in the package. */
const fixturesDir = join(
  import.meta.dirname,
  '..',
  ...(import.meta.filename.endsWith('.ts') ? [] : ['..']),
  'fixtures',
);

/** The fixture's configuration with its paths as seen from the data folder. `lastDay`: the last day of its history and logs. */
export async function demoConfig(
  dataDir: string,
): Promise<{ text: string; repoDir: string; lastDay: string }> {
  const source = join(fixturesDir, 'tablelore.yml');
  if (!existsSync(source))
    throw new UserError('The fixture monorepo is not part of this installation.', {
      next: 'Give --repo with a path or URL.',
    });
  const config = parse(await readFile(source, 'utf8')) as { repos: Record<string, unknown>[] };
  const [repo] = config.repos;
  if (repo === undefined) throw new UserError(`${source} names no repository.`);
  const from = (path: string) => relative(dataDir, resolve(dirname(source), path));
  const repoDir = join(dataDir, String(repo.name));
  repo.url = `./${String(repo.name)}`;
  repo.logs = ((repo.logs as { path: string }[] | undefined) ?? []).map((log) => ({
    ...log,
    path: from(log.path),
  }));
  for (const key of ['people', 'annotations']) if (typeof repo[key] === 'string') repo[key] = from(repo[key]);
  return {
    text: madeConfig(demoMark, stringify(config)),
    repoDir,
    lastDay: '2026-10-20',
  };
}
