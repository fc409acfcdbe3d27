/** Repositories and the files that the configuration names beside them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { filesOf } from '../../activities/declared-files.ts';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import { gitAt } from '../../source/mirror.ts';
import { checkRef, displayUrl, readRemote } from '../../source/remote.ts';
import { count } from '../terminal.ts';
import { fail, firstLine, ok, warn, type Finding } from './check.ts';

/** Asks the remote for the branch that nights read; nothing is fetched. */
export async function checkRepo(repo: RepoConfig, configDir: string): Promise<Finding> {
  const name = `repo ${repo.name}`;
  const shown = displayUrl(repo.url);
  const remote = readRemote(repo.url, configDir);
  const ref = repo.ref === undefined ? 'HEAD' : checkRef(repo.ref);
  const git = gitAt(configDir, remote.env);
  let answer: string;
  try {
    answer = await withLimit(git.raw(['ls-remote', '--', remote.address, ref]), 20_000);
  } catch (error) {
    const next = remote.isPath
      ? 'Check that the path is a git repository that you may read.'
      : 'Check the address, the network, and TABLELORE_GIT_TOKEN or your SSH key.';
    return fail(name, `${shown} cannot be read: ${firstLine(error)}`, next);
  }
  const sha = /^[0-9a-f]{40,64}/m.exec(answer)?.[0];
  if (sha !== undefined) return ok(name, `${shown}, ${repo.ref ?? 'default branch'} at ${sha.slice(0, 10)}`);
  return repo.ref === undefined
    ? fail(name, `${shown} has no commits`, 'Commit something, or name a branch with `ref`.')
    : /^[0-9a-f]{7,64}$/.test(repo.ref)
      ? ok(name, `${shown} answers; whether it has commit ${repo.ref} shows when it is read`)
      : fail(name, `${shown} has no branch or tag ${repo.ref}`, 'Mend `ref` in the configuration.');
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

function withLimit<T>(work: Promise<T>, ms: number): Promise<T> {
  const limit = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms).unref();
  });
  return Promise.race([work, limit]);
}
