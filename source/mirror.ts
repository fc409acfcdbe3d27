/** A bare mirror of a repository, one a machine: fetched under a lock, read without a work tree. */
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleGit, type SimpleGit } from 'simple-git';
import { SystemError, UserError } from '../schema/contracts/errors.ts';
import { nothingAt, remoteFailure } from './remote-failure.ts';
import { checkRef, displayUrl, readRemote, refNames, type Remote } from './remote.ts';

export interface MirrorOptions {
  /** Folder that holds mirrors; made when missing. */
  readonly dir: string;
  /** Name of the repository: the mirror's folder name. */
  readonly name: string;
  readonly url: string;
  /** Branch or tag to fetch beside the default branch. */
  readonly ref?: string | undefined;
  /** What relative paths are relative to. */
  readonly baseDir: string;
}

export interface Mirror {
  readonly gitDir: string;
  readonly options: MirrorOptions;
}

const quiet = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_ALLOW_PROTOCOL: 'file:https:http:ssh',
};

/** A repository may name a program as its monitor, which `git status` would run. */
const noMonitor = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'core.fsmonitor',
  GIT_CONFIG_VALUE_0: 'false',
};

/** git, told to ask nothing. simple-git drops the caller's own `GIT_*` settings, which could point it elsewhere, but for those allowed here. */
export function gitAt(dir: string, env: Readonly<Record<string, string>> = {}): SimpleGit {
  const plain = Object.entries(process.env).filter(([key]) => !/^(GIT_|EDITOR$|PAGER$|VISUAL$)/.test(key));
  return simpleGit({
    baseDir: dir,
    maxConcurrentProcesses: 2,
    allowEnvironment: [...Object.keys(quiet), ...Object.keys(env)],
    unsafe: {
      allowUnsafeConfigEnvCount: Object.keys(env).length > 0,
      allowUnsafeFsMonitor: env === noMonitor,
    },
  }).env({ ...Object.fromEntries(plain), ...quiet, ...env });
}

/** Opens the mirror, cloning it on first use. Does not fetch an existing one. */
export async function openMirror(options: MirrorOptions): Promise<Mirror> {
  const gitDir = join(options.dir, `${options.name}.git`);
  const mirror: Mirror = { gitDir, options };
  if (!existsSync(join(gitDir, 'HEAD'))) await fetchMirror(mirror);
  return mirror;
}

/** Brings the mirror up to date with its origin. One process at a time; others wait. */
export async function fetchMirror(mirror: Mirror): Promise<void> {
  const { options, gitDir } = mirror;
  const remote = readRemote(options.url, options.baseDir);
  await mkdir(options.dir, { recursive: true });
  await withLock(`${gitDir}.lock`, async () => {
    if (!existsSync(join(gitDir, 'HEAD'))) {
      await mkdir(gitDir, { recursive: true });
      await gitAt(gitDir).raw(['init', '--bare', '--quiet', '--initial-branch=main', '.']);
    }
    await fetchRefs(gitDir, remote, options);
  });
}

/** Fetches the default branch and `ref`, with their whole history; nothing else, since large repositories have thousands of branches. */
async function fetchRefs(gitDir: string, remote: Remote, options: MirrorOptions): Promise<void> {
  const git = gitAt(gitDir, remote.env);
  try {
    const names = ['HEAD', ...(options.ref === undefined ? [] : refNames(checkRef(options.ref)))];
    const listing = await git.raw(['ls-remote', '--symref', remote.address, ...names]);
    const branch = /^ref: (refs\/heads\/\S+)\s+HEAD/m.exec(listing)?.[1];
    const found = [...listing.matchAll(/^[0-9a-f]{40,64}\s+(refs\/\S+)$/gm)].map(
      (match) => match[1] as string,
    );
    const wanted = [...new Set([...(branch ? [branch] : []), ...found])].filter(
      (name) => !/\^\{\}$|\/HEAD$/.test(name),
    );
    const specs = wanted.map((name) => `+${name}:${localName(name)}`);
    const fetch = [
      'fetch',
      '--quiet',
      '--force',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-auto-gc',
      remote.address,
    ];
    await git.raw([...fetch, ...specs, ...(branch ? [] : ['HEAD'])]).catch(async (error: unknown) => {
      if (!remote.isPath) throw error;
      await borrowObjects(gitDir, remote.address, listing, wanted);
    });
    if (branch) await git.raw(['symbolic-ref', 'HEAD', branch]);
    else await detachHead(git, listing);
  } catch (cause) {
    throw remoteFailure(options.url, cause);
  }
}

/** A local clone that lacks some objects (a partial or damaged one) cannot be fetched from; its objects are read where they lie, and those that
 * it lacks become diagnostics of their files. */
async function borrowObjects(
  gitDir: string,
  path: string,
  listing: string,
  names: readonly string[],
): Promise<void> {
  const objects = (
    await gitAt(path).raw(['rev-parse', '--path-format=absolute', '--git-path', 'objects'])
  ).trim();
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  await writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${objects}\n`);
  for (const name of names) {
    const sha = listing
      .split('\n')
      .find((line) => !line.startsWith('ref:') && line.endsWith(`\t${name}`))
      ?.split('\t')[0];
    if (sha) await gitAt(gitDir).raw(['update-ref', localName(name), sha]);
  }
}

async function detachHead(git: SimpleGit, lsRemote: string): Promise<void> {
  const sha = /^([0-9a-f]{40,64})\s+HEAD/m.exec(lsRemote)?.[1];
  if (sha) await git.raw(['update-ref', '--no-deref', 'HEAD', sha]);
}

/**
 * The commit that stood on `ref` at the end of `asOf` (an ISO date, UTC): the last first-parent commit made before midnight.
 * Without `asOf`, the head. Throws a `UserError` when the ref does not exist or has no commit so old.
 */
export async function resolveCommit(mirror: Mirror, ref: string | undefined, asOf?: string): Promise<string> {
  const git = gitAt(mirror.gitDir);
  const head = await resolveRef(git, ref, mirror);
  if (!asOf) return head;
  const before = await git.raw(['rev-list', '-1', '--first-parent', `--before=${asOf}T23:59:59Z`, head]);
  const sha = before.trim();
  if (!sha) {
    throw new UserError(`${displayUrl(mirror.options.url)} has no commit on or before ${asOf}.`, {
      next: 'Choose a later date.',
    });
  }
  return sha;
}

async function resolveRef(git: SimpleGit, ref: string | undefined, mirror: Mirror): Promise<string> {
  const candidates =
    ref === undefined ? ['HEAD', 'refs/heads/main', 'refs/heads/master'] : refCandidates(checkRef(ref));
  for (const candidate of candidates) {
    const sha = await git
      .raw(['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`])
      .catch(() => '');
    const found = /[0-9a-f]{40,64}/.exec(sha)?.[0];
    if (found) return found;
  }
  throw nothingAt(mirror.options.url, ref);
}

const localName = (remoteName: string): string => remoteName.replace('refs/remotes/', 'refs/');
const refCandidates = (ref: string): string[] => [
  ...refNames(ref).map(localName),
  ...(/^[0-9a-f]{7,64}$/.test(ref) ? [ref] : []),
];

/** Makes sure that this machine's mirror holds `sha`, fetching at most once, and keeps it from git's garbage collection. */
export async function ensureCommit(mirror: Mirror, sha: string): Promise<void> {
  if (!/^[0-9a-f]{7,64}$/.test(sha))
    throw new UserError(`"${sha}" is not a commit.`, { next: 'Give its SHA.' });
  const git = gitAt(mirror.gitDir);
  const has = () => git.raw(['cat-file', '-t', sha]).then((type) => type.trim() === 'commit', () => false); // prettier-ignore
  if (!(await has())) {
    await fetchMirror(mirror);
    if (!(await has()))
      throw new SystemError(`Commit ${sha} is not in ${displayUrl(mirror.options.url)}.`, {
        next: 'It may have been force-pushed away: start a new run.',
      });
  }
  await git.raw(['update-ref', `refs/tablelore/keep/${sha}`, sha]);
}

/** Whether the origin is a folder with uncommitted changes, which no run reads. */
export async function hasUncommittedChanges(
  options: Pick<MirrorOptions, 'url' | 'baseDir'>,
): Promise<boolean> {
  const remote = readRemote(options.url, options.baseDir);
  if (!remote.isPath || !(await stat(join(remote.address, '.git')).catch(() => null))) return false;
  const status = await gitAt(remote.address, noMonitor)
    .raw(['status', '--porcelain', '--untracked-files=normal', '--ignore-submodules=all'])
    .catch(() => '');
  return status.trim() !== '';
}

/** Runs `work` while holding a lock file. A lock whose process is gone is taken over. */
async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await isAbandoned(path)) await rm(path, { force: true });
      else await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(text);
  if (!pid) {
    const age = await stat(path).then((s) => Date.now() - s.mtimeMs, () => 0); // prettier-ignore
    return age > 5_000;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
