/** Repositories and the files that the configuration names beside them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { filesOf } from '../../activities/named-files.ts';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import { isTableloreError } from '../../schema/contracts/errors.ts';
import { remoteHead } from '../../source/remote-head.ts';
import { displayUrl } from '../../source/remote.ts';
import { count } from '../terminal.ts';
import { fail, ok, warn, type Finding } from './check.ts';

/** Asks the remote for the commit that nights would read; nothing is fetched. */
export async function checkRepo(repo: RepoConfig, configDir: string): Promise<Finding> {
  const name = 'repository';
  const shown = `${repo.name}: ${displayUrl(repo.url)}`;
  try {
    const sha = await remoteHead({ url: repo.url, ref: repo.ref, baseDir: configDir });
    return sha === null
      ? ok(name, `${shown} answers; whether it has commit ${repo.ref ?? ''} shows when it is read`)
      : ok(name, `${shown}, ${repo.ref ?? 'default branch'} at ${sha.slice(0, 10)}`);
  } catch (error) {
    if (isTableloreError(error)) return fail(name, `${repo.name}: ${error.message}`, error.next);
    throw error;
  }
}

/** Logs, people, annotations, catalogue exports, dbt artifacts. */
export async function checkFiles(repo: RepoConfig, configDir: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (repo.logs.length === 0) {
    findings.push(
      warn(
        'query logs',
        `none configured for ${repo.name}: use and trusted queries stay unknown`,
        'Name exports under `logs`; docs/configuration.md tells how.',
      ),
    );
  }
  const globs: readonly [string, readonly string[]][] = [
    ['query logs', repo.logs.map(({ path }) => path)],
    ['catalogue exports', repo.catalogs],
    ['dbt artifacts', repo.artifacts],
  ];
  for (const [name, patterns] of globs) {
    for (const pattern of patterns) {
      const files = await filesOf([pattern], configDir);
      findings.push(
        files.length > 0
          ? ok(name, `${count(files.length, 'file')} fit ${pattern}`)
          : warn(name, `no file fits ${pattern}`, `Paths are relative to ${configDir}.`),
      );
    }
  }
  const single: readonly [string, string | undefined][] = [
    ['people file', repo.people],
    ['annotations', repo.annotations],
  ];
  for (const [name, path] of single) {
    if (path === undefined) continue;
    findings.push(
      existsSync(resolve(configDir, path))
        ? ok(name, path)
        : fail(name, `there is no ${resolve(configDir, path)}`, 'Mend the path in the configuration.'),
    );
  }
  return findings;
}
