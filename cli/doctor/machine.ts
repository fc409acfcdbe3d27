/** Node, git, the data folder. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { fail, ok, warn, type Finding } from './check.ts';

const run = promisify(execFile);

export function checkNode(version = process.versions.node): Finding {
  return Number(version.split('.')[0]) >= 24
    ? ok('Node', `version ${version}`)
    : fail('Node', `version ${version}`, 'Run `npm ci`, which brings Node 24, or install Node 24.');
}

export async function checkGit(): Promise<Finding> {
  try {
    const { stdout } = await run('git', ['--version'], { timeout: 10_000 });
    return ok('git', stdout.trim().replace(/^git /, ''));
  } catch {
    return fail('git', 'cannot be run', 'Install git, and see that it is on PATH.');
  }
}

const gigabyte = 1_000_000_000;

/** Writable, and with room: a night of a big repository takes some gigabytes. */
export function checkDataDir(dataDir: string): Finding {
  const there = existsSync(dataDir);
  const folder = there ? dataDir : nearestFolder(dataDir);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return fail(
      'data folder',
      `${folder} cannot be written`,
      'Mend its permissions, or give another with --data-dir.',
    );
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${dataDir}${there ? '' : ' (not made yet)'}, ${(free / gigabyte).toFixed(1)} GB free`;
  if (free < 0.2 * gigabyte) return fail('data folder', text, 'Make room on this disk.');
  return free < 2 * gigabyte
    ? warn('data folder', text, 'A big repository needs some gigabytes.')
    : ok('data folder', text);
}

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));
