import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { SystemError } from '../../schema/contracts/errors.ts';
import { cacheFolder } from './cache-folder.ts';

const run = promisify(execFile);
const cliModule = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const executable = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** No Temporal server program. The message names every place that was tried, and what to do. */
export class TemporalNotFoundError extends SystemError {}

export interface TemporalSearch {
  /** Read: PATH, TABLELORE_CACHE_DIR, XDG_CACHE_HOME, and what Go and the download need. */
  readonly env: NodeJS.ProcessEnv;
  /** Told what is being done, when it takes long. */
  readonly report: (text: string) => void;
  /** True: look only at what is on this machine; nothing is downloaded or built. */
  readonly localOnly?: boolean;
  /** Ends a download or a build. */
  readonly signal?: AbortSignal;
}

type Found = { readonly path: string } | { readonly reason: string };

type Place = readonly [name: string, find: (search: TemporalSearch) => Promise<Found>];

/** Where the program may come from, in the order in which they are tried. */
const localPlaces: readonly Place[] = [
  ['temporal on PATH', onPath],
  ["the project's cache", inCache],
  ['an earlier go install', inGoBin],
];
const networkPlaces: readonly Place[] = [
  ["the Temporal SDK's download", bySdkDownload],
  ['go install', byGoInstall],
];

/**
 * Path of a `temporal` program that runs, and where it was found. Throws `TemporalNotFoundError`. May take minutes the
 * first time, if it has to be downloaded or built; that is reported.
 */
export async function findTemporal(search: TemporalSearch): Promise<{ path: string; place: string }> {
  const reasons: string[] = [];
  for (const [place, find] of search.localOnly === true ? localPlaces : [...localPlaces, ...networkPlaces]) {
    search.signal?.throwIfAborted();
    const found = await find(search).catch((error: unknown) => ({ reason: firstLine(error) }));
    const problem = 'path' in found ? await whyUnusable(found.path) : found.reason;
    if ('path' in found && problem === null) return { path: found.path, place };
    reasons.push(`  ${place}: ${problem}`);
  }
  throw new TemporalNotFoundError(
    `No Temporal server was found. Tried:\n${reasons.join('\n')}\n` +
      'Do one of these: set TEMPORAL_ADDRESS to a running server; put the temporal CLI on PATH ' +
      '(https://docs.temporal.io/cli); allow the download; or install Go 1.24 or newer and start again.',
  );
}

const binFolder = (env: NodeJS.ProcessEnv): string => join(cacheFolder(env), 'bin');

async function onPath({ env }: TemporalSearch): Promise<Found> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, executable)).find(isExecutable);
  return path === undefined ? { reason: 'not there' } : { path };
}

/** Ours is called `temporal`; the SDK adds its name and version. */
async function inCache({ env }: TemporalSearch): Promise<Found> {
  const folder = binFolder(env);
  const name = filesIn(folder).find(
    (file) => file === executable || /^temporal-sdk-typescript-[\w.-]+(?<!\.downloading)$/.test(file),
  );
  const path = name === undefined ? undefined : join(folder, name);
  return path !== undefined && isExecutable(path) ? { path } : { reason: `nothing in ${folder}` };
}

async function inGoBin({ env }: TemporalSearch): Promise<Found> {
  const { stdout } = await run('go', ['env', 'GOBIN', 'GOPATH'], { env }).catch(() => ({ stdout: '' }));
  const [gobin = '', gopath = ''] = stdout.split('\n');
  const folders = [gobin, ...gopath.split(delimiter).map((root) => root && join(root, 'bin'))];
  const path = folders.map((folder) => folder && join(folder, executable)).find(isExecutable);
  return path === undefined ? { reason: stdout === '' ? 'Go is not installed' : 'not there' } : { path };
}

/**
 * Lets the SDK fetch its development server. In a process of its own, since the SDK's download has no time limit and
 * cannot be called off: when nothing has begun to arrive after 20 s, or all of it after 5 min, the process is ended.
 */
async function bySdkDownload({ env, report, signal }: TemporalSearch): Promise<Found> {
  report('downloading the Temporal development server');
  const folder = binFolder(env);
  mkdirSync(folder, { recursive: true });
  const before = new Set(filesIn(folder));
  const program = new URL(`temporal-download${extname(import.meta.filename)}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [program, folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...abort(signal),
  });
  let problem = '';
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  const end = (why: string): void => {
    problem = why;
    child.kill('SIGKILL');
    // The SDK would wait for whoever has left a part of the file.
    for (const part of filesIn(folder)) if (part.endsWith('.downloading')) rmSync(join(folder, part));
  };
  const unreachable = setTimeout(() => {
    if (filesIn(folder).every((file) => before.has(file))) end('no answer within 20 s');
  }, 20_000);
  const endless = setTimeout(() => end('not complete within 5 min'), 300_000);
  await new Promise((resolve) => child.once('error', resolve).once('exit', resolve));
  clearTimeout(unreachable);
  clearTimeout(endless);
  const found = await inCache({ env, report });
  return 'path' in found ? found : { reason: firstLine(problem) || 'nothing arrived' };
}

async function byGoInstall({ env, report, signal }: TemporalSearch): Promise<Found> {
  const version = await run('go', ['version'], { env }).catch(() => null);
  if (version === null) return { reason: 'Go is not installed' };
  report('building the Temporal development server with Go: about three minutes, this once');
  const folder = binFolder(env);
  mkdirSync(folder, { recursive: true });
  const options = { env: { ...env, GOBIN: folder }, timeout: 1_200_000, maxBuffer: 1e8, ...abort(signal) };
  await run('go', ['install', cliModule], options);
  return { path: join(folder, executable) };
}

async function whyUnusable(path: string): Promise<string | null> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
    return /^temporal version/.test(stdout) ? null : `${path} is another program`;
  } catch (error) {
    return `${path} does not run: ${firstLine(error)}`;
  }
}

function abort(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}

function firstLine(problem: unknown): string {
  const text =
    problem instanceof Error ? (problem as { stderr?: string }).stderr || problem.message : String(problem);
  return text.trim().split('\n')[0] ?? '';
}
