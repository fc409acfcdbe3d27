/**
 * Measures parse, link and column lineage of a commit's SQL in this process, beside sqlglot's parse and table lineage of the same texts:
 * `node bench/parse-speed.ts <repository> [--ref R] [--dialect D] [--rounds N] [--copies N --rename WORD] [--every N] [--all] [--threads N] [--no-lineage] [--python PATH]…`.
 * Each `--python` is an interpreter that has sqlglot (plain, or its compiled build). Rounds take turns, so that all of them meet the same noise; CPU seconds are
 * those of the process with its helper threads. `--every N` takes one file of N, where the machine has little time. The first round begins cold. `--all` reads all other kinds of files too; `--copies` measures how cost grows: of files whose
 * path holds the word, which is another in each copy. `--threads N` parses in N threads as a night does, which read the commit by themselves
 * and hand facts over. `--no-lineage` ends behind link, and
 * keeps of each file what a night keeps for it: facts without relations. Heaps grow as the worker's do; `MALLOC_ARENA_MAX=2` is to be set outside.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createParsePool } from '../activities/parse/pool.ts';
import { growHeapsSlowly } from '../cli/worker/heap.ts';
import type { LinkFile } from '../inference/link/table-facts.ts';
import { summarise } from '../store/facts.ts';
import { initReaders } from '../parsers/registry.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { boundLineage } from './graph/bound-lineage.ts';
import { commitOf, readCommit, type Commit } from './graph/commit.ts';
import type { SourceText } from '../parsers/reader.ts';
import { columnLineage, linkFiles, parseFiles } from './graph/graph.ts';
import { dialectFlag } from './inputs.ts';
import type { Dialect } from '../schema/contracts/dialect.ts';

interface Cost {
  readonly cpu: number;
  readonly wall: number;
  /** MiB that the process has held at most until then, with its threads. */
  readonly peak?: number;
}

async function main(): Promise<void> {
  growHeapsSlowly();
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      dialect: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      copies: { type: 'string', default: '1' },
      rename: { type: 'string', default: '' },
      every: { type: 'string', default: '1' },
      all: { type: 'boolean', default: false },
      threads: { type: 'string', default: '0' },
      'no-lineage': { type: 'boolean', default: false },
      python: { type: 'string', multiple: true, default: [] },
    },
  });
  const [repo] = positionals;
  if (Number(flags.copies) > 1 && flags.rename === '') throw new UserError('What is another name in each copy?', { next: 'Give a word of paths and texts by --rename.' }); // prettier-ignore
  if (repo === undefined) throw new UserError('Which repository?', { next: 'Give its path.' });
  await initReaders();
  const dialect = dialectFlag(flags.dialect);
  const read = await readCommit({ repo: resolve(repo), ref: flags.ref, dialect });
  const taken = read.readable
    .filter((path) => flags.all || path.endsWith('.sql'))
    .filter((_, index) => index % Number(flags.every) === 0);
  const copied = copies(read.texts, taken, Number(flags.copies), flags.rename);
  const texts = new Map([...read.texts, ...copied]);
  const commit = commitOf(texts, dialect);
  const paths = [...taken, ...copied.keys()];
  const sql = paths.filter((path) => path.endsWith('.sql'));
  const bytes = (some: readonly string[]): number => some.reduce((sum, path) => sum + Buffer.byteLength(texts.get(path)?.text ?? ''), 0) / 1e6; // prettier-ignore
  const megabytes = bytes(paths);
  console.log(`${paths.length} files with ${megabytes.toFixed(1)} MB, of them ${sql.length} of SQL with ${bytes(sql).toFixed(1)} MB`); // prettier-ignore
  const input = flags.python.length === 0 ? '' : sql.map((path) => `${JSON.stringify(texts.get(path)?.text)}\n`).join(''); // prettier-ignore
  const threads = Number(flags.threads);
  const parsed = threads === 0 ? undefined : inThreads(threads, { repo: resolve(repo), commit: read.commit, dialect }); // prettier-ignore
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    const kept = (file: LinkFile): LinkFile =>
      flags['no-lineage'] ? { ...file, facts: summarise(file.facts) } : file;
    const [parse, files] = await measured(() => parsed?.parse(paths, kept) ?? paths.flatMap((path) => parseFiles(commit, [path]).map(kept))); // prettier-ignore
    const [link, graph] = await measured(() => linkFiles(files));
    const costs: Record<string, Cost> = { parse, link };
    if (!flags['no-lineage']) {
      [costs['lineage']] = await measured(() => boundLineage(graph, files));
      [costs['derive (lineage, keys and the rest)']] = await measured(() => columnLineage(graph, files));
    }
    console.log(`round ${round}`);
    for (const [what, cost] of Object.entries(costs)) tell(what, cost);
    const whole = [parse, link, costs['lineage'] ?? noCost].reduce((sum, one) => ({ cpu: sum.cpu + one.cpu, wall: sum.wall + one.wall })); // prettier-ignore
    tell(flags['no-lineage'] ? 'parse and link' : 'parse, link and column lineage', whole, paths.length, megabytes); // prettier-ignore
    for (const python of flags.python) {
      const cost = sqlglot(python, dialect ?? '', input);
      tell(`${python}: parse and table lineage, sqlglot ${cost.version}, ${cost.failed} files failed`, cost, sql.length, bytes(sql)); // prettier-ignore
      console.log(`  ours beside it: ${(cost.cpu / whole.cpu).toFixed(2)} times by CPU, ${(cost.wall / whole.wall).toFixed(2)} times by wall`); // prettier-ignore
    }
  }
}

/** Further copies of those files whose path holds the word; there it has the copy's number behind it, also in the text. */
function copies(
  texts: Commit['texts'],
  paths: readonly string[],
  number: number,
  word: string,
): Map<string, SourceText> {
  const made = new Map<string, SourceText>();
  for (let copy = 2; copy <= number; copy += 1)
    for (const path of paths.filter((one) => one.includes(word))) {
      const renamed = (text: string): string => text.replaceAll(word, `${word}${copy}`);
      const { text = '', blob = '' } = texts.get(path) ?? {};
      made.set(renamed(path), { text: renamed(text), blob: `${blob}-${copy}` });
    }
  return made;
}

const noCost: Cost = { cpu: 0, wall: 0 };

async function measured<T>(work: () => T | Promise<T>): Promise<[Cost, T]> {
  const before = process.cpuUsage();
  const start = performance.now();
  const made = await work();
  const { user, system } = process.cpuUsage(before);
  const peak = process.resourceUsage().maxRSS / 1024;
  return [{ cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1e3, peak }, made];
}

/** Two hundred files at a time, as a night gives them to its threads. */
const batch = 200;

function inThreads(
  threads: number,
  { repo, commit, dialect }: { repo: string; commit: string; dialect: Dialect | undefined },
): { parse: (paths: readonly string[], kept: (file: LinkFile) => LinkFile) => Promise<LinkFile[]> } {
  const pool = createParsePool({ threads, idleMs: 2 ** 30 });
  const gitDir = [join(repo, '.git'), repo].find((dir) => existsSync(join(dir, 'HEAD'))) ?? repo;
  const config = { include: ['**'], exclude: [], defaults: [], vars: {}, maxFileBytes: 2_000_000, ...(dialect && { dialect }) }; // prettier-ignore
  const context = { key: commit, gitDir, commit, artifacts: [], config };
  const parse = async (paths: readonly string[], kept: (file: LinkFile) => LinkFile): Promise<LinkFile[]> => {
    const batches = Array.from({ length: Math.ceil(paths.length / batch) }, (_, i) => paths.slice(i * batch, (i + 1) * batch)); // prettier-ignore
    const found = await Promise.all(batches.map(async (some) => {
      const files = await pool.parse(context, some.map((path) => ({ path, blob: '', dialect: dialect ?? 'generic' })));
      return files.map(({ path, blob, facts }) => kept({ key: path, blob, facts }));
    })); // prettier-ignore
    return found.flat();
  };
  return { parse };
}

function sqlglot(python: string, dialect: string, input: string): Cost & { version: string; failed: number } {
  const script = join(import.meta.dirname, 'sqlglot-lineage.py');
  const done = spawnSync(python, [script, dialect], { input, maxBuffer: 2 ** 20, encoding: 'utf8' });
  if (done.status !== 0) throw new UserError(`${python} could not run sqlglot: ${done.stderr.trim().split('\n').at(-1) ?? ''}`, { next: 'Give an interpreter that has sqlglot.' }); // prettier-ignore
  return JSON.parse(done.stdout) as Cost & { version: string; failed: number };
}

function tell(what: string, { cpu, wall, peak }: Cost, files?: number, megabytes = 0): void {
  const rate = files === undefined ? '' : `: ${Math.round(files / cpu)} files and ${(megabytes / cpu).toFixed(1)} MB a second of CPU, ${Math.round(files / wall)} files and ${(megabytes / wall).toFixed(1)} MB a second of wall`; // prettier-ignore
  console.log(
    `  ${what}: ${cpu.toFixed(2)} s CPU, ${wall.toFixed(1)} s wall${rate}${peak === undefined ? '' : `, at most ${peak.toFixed(0)} MiB until then`}`,
  );
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
