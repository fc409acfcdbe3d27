/**
 * Measures parse, link and column lineage of a commit's SQL in this process, beside sqlglot's parse and table lineage of the same texts:
 * `node bench/parse-speed.ts <repository> [--ref R] [--dialect D] [--rounds N] [--copies N] [--every N] [--all] [--python PATH]…`.
 * Each `--python` is an interpreter that has sqlglot (plain, or its compiled build). Rounds take turns, so that all of them meet the same noise; CPU seconds are
 * those of the process with its helper threads. `--every N` takes one file of N, where the machine has little time. The first round begins cold. `--all` reads all other kinds of files too; `--copies` measures how cost grows.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { initReaders } from '../parsers/registry.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { boundLineage } from './graph/bound-lineage.ts';
import { commitOf, readCommit } from './graph/commit.ts';
import { columnLineage, linkFiles, parseFiles } from './graph/graph.ts';
import { dialectFlag } from './inputs.ts';

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      dialect: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      copies: { type: 'string', default: '1' },
      every: { type: 'string', default: '1' },
      all: { type: 'boolean', default: false },
      python: { type: 'string', multiple: true, default: [] },
    },
  });
  const [repo] = positionals;
  if (repo === undefined) throw new UserError('Which repository?', { next: 'Give its path.' });
  await initReaders();
  const dialect = dialectFlag(flags.dialect);
  const read = await readCommit({ repo: resolve(repo), ref: flags.ref, dialect });
  const texts = new Map<string, { text: string; blob: string }>();
  for (let copy = 0; copy < Number(flags.copies); copy += 1)
    for (const [path, text] of read.texts) texts.set(copy === 0 ? path : `copy${copy}/${path}`, text);
  const commit = commitOf(texts, dialect);
  const paths = commit.readable
    .filter((path) => flags.all || path.endsWith('.sql'))
    .filter((_, index) => index % Number(flags.every) === 0);
  const sql = paths.filter((path) => path.endsWith('.sql'));
  const megabytes = sql.reduce((sum, path) => sum + Buffer.byteLength(texts.get(path)?.text ?? ''), 0) / 1e6;
  console.log(`${paths.length} files, of them ${sql.length} of SQL with ${megabytes.toFixed(1)} MB`);
  const input = sql.map((path) => `${JSON.stringify(texts.get(path)?.text)}\n`).join('');
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    const [parse, files] = measured(() => parseFiles(commit, paths));
    const [link, graph] = measured(() => linkFiles(files));
    const [lineage] = measured(() => boundLineage(graph, files));
    const [derive] = measured(() => columnLineage(graph, files));
    console.log(`round ${round}, peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
    for (const [what, cost] of Object.entries({ parse, link, lineage, 'derive (lineage, keys and the rest)': derive })) tell(what, cost); // prettier-ignore
    const whole = [parse, link, lineage].reduce((sum, one) => ({ cpu: sum.cpu + one.cpu, wall: sum.wall + one.wall })); // prettier-ignore
    tell('parse, link and column lineage', whole, sql.length, megabytes);
    for (const python of flags.python) {
      const cost = sqlglot(python, dialect ?? '', input);
      tell(`${python}: parse and table lineage, sqlglot ${cost.version}, ${cost.failed} files failed`, cost, sql.length, megabytes); // prettier-ignore
      console.log(`  ours beside it: ${(cost.cpu / whole.cpu).toFixed(2)} times by CPU, ${(cost.wall / whole.wall).toFixed(2)} times by wall`); // prettier-ignore
    }
  }
}

function measured<T>(work: () => T): [Cost, T] {
  const before = process.cpuUsage();
  const start = performance.now();
  const made = work();
  const { user, system } = process.cpuUsage(before);
  return [{ cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1e3 }, made];
}

function sqlglot(python: string, dialect: string, input: string): Cost & { version: string; failed: number } {
  const script = join(import.meta.dirname, 'sqlglot-lineage.py');
  const done = spawnSync(python, [script, dialect], { input, maxBuffer: 2 ** 20, encoding: 'utf8' });
  if (done.status !== 0) throw new UserError(`${python} could not run sqlglot: ${done.stderr.trim().split('\n').at(-1) ?? ''}`, { next: 'Give an interpreter that has sqlglot.' }); // prettier-ignore
  return JSON.parse(done.stdout) as Cost & { version: string; failed: number };
}

function tell(what: string, { cpu, wall }: Cost, files?: number, megabytes = 0): void {
  const rate = files === undefined ? '' : `: ${Math.round(files / cpu)} files and ${(megabytes / cpu).toFixed(1)} MB a second of CPU, ${Math.round(files / wall)} files a second of wall`; // prettier-ignore
  console.log(`  ${what}: ${cpu.toFixed(2)} s CPU, ${wall.toFixed(1)} s wall${rate}`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
