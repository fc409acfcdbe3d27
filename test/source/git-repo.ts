/** Tiny git repositories for tests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import type { Mirror, MirrorOptions } from '../../source/mirror.ts';
import { fetchMirror, openMirror } from '../../source/mirror.ts';

/** A folder that is gone when the test is over. */
export function tempDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-source-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** git as a stranger's machine has it: no configuration of this one. */
export function git(dir: string, ...args: string[]): string {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_DATE: '2026-01-01T12:00:00Z',
    GIT_COMMITTER_DATE: process.env.TEST_COMMIT_DATE ?? '2026-01-01T12:00:00Z',
  };
  const config = ['user.name=t', 'user.email=t@example.com', 'protocol.file.allow=always'];
  return execFileSync('git', [...config.flatMap((one) => ['-c', one]), ...args], {
    cwd: dir,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function makeRepo(dir: string): string {
  mkdirSync(dir, { recursive: true });
  git(dir, 'init', '--quiet', '--initial-branch=main');
  return dir;
}

/** Commits files on top and returns the SHA. `at`: the committer's date. */
export function commit(
  dir: string,
  files: Readonly<Record<string, string | Buffer>>,
  at = '2026-01-01T12:00:00Z',
): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
    git(dir, 'add', '--', path);
  }
  process.env.TEST_COMMIT_DATE = at;
  git(dir, 'commit', '--quiet', '--allow-empty', '-m', 'change');
  delete process.env.TEST_COMMIT_DATE;
  return git(dir, 'rev-parse', 'HEAD');
}

/** A mirror that was fetched just now. */
export async function mirrorOf(
  t: TestContext,
  url: string,
  options: Partial<MirrorOptions> = {},
): Promise<Mirror> {
  const mirror = await openMirror({ dir: tempDir(t), name: 'm', url, baseDir: '/', ...options });
  await fetchMirror(mirror);
  return mirror;
}
