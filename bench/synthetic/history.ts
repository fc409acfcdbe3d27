/** Writes a synthetic monorepo's history into a git repository: one commit a night, so that nights as of past dates read them. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { commonFiles, filesOf, syntheticRepo, type SyntheticRepo } from './files.ts';
import type { SyntheticOptions } from './plan.ts';
import { Random } from './random.ts';

/** One night's commit. Nothing changed: no commit is made. */
export interface SyntheticNight {
  /** ISO date. */
  readonly day: string;
  /** Tables that change, of those that something builds: a share of all (below 1) or a number. Ignored for the first night. */
  readonly changed: number;
}

export interface WrittenNight extends SyntheticNight {
  readonly repo: SyntheticRepo;
  /** Names of the tables that changed; of the first night none. */
  readonly tables: readonly string[];
}

/** `dir` becomes a bare repository, branch `main`. The same options and nights give the same commits. */
export async function writeHistory(
  dir: string,
  options: SyntheticOptions,
  nights: readonly SyntheticNight[],
): Promise<WrittenNight[]> {
  const made = spawnSync('git', ['init', '-q', '--bare', '--template=', '-b', 'main', dir], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`git init failed: ${made.stderr}`);
  const importer = spawn('git', ['-C', dir, 'fast-import', '--quiet'], { stdio: ['pipe', 'inherit', 'inherit'] }); // prettier-ignore
  const ended = once(importer, 'exit');
  const revisions = new Map<string, number>();
  const written: WrittenNight[] = [];
  for (const [index, night] of nights.entries()) {
    const names = index === 0 ? [] : choose(written[0]?.repo as SyntheticRepo, night, options.seed);
    for (const name of names) revisions.set(name, (revisions.get(name) ?? 0) + 1);
    const before = written.at(-1)?.repo;
    const repo = before !== undefined && names.length === 0 ? before : syntheticRepo(options, revisions);
    written.push({ ...night, repo, tables: names });
    if (repo === before) continue;
    for (const part of commitRecord(repo, before, night, index))
      if (!importer.stdin.write(part)) await once(importer.stdin, 'drain');
  }
  importer.stdin.end();
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`git fast-import ended with ${code}.`);
  return written;
}

function choose({ plan }: SyntheticRepo, { day, changed }: SyntheticNight, seed: number): string[] {
  const random = new Random(seed, `night ${day}`);
  const built = plan.filter(({ layer }) => layer > 0).map(({ name }) => name);
  const count = Math.min(built.length, changed < 1 ? Math.round(changed * plan.length) : changed);
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(random.pick(built));
  return [...chosen];
}

function* commitRecord(
  repo: SyntheticRepo,
  before: SyntheticRepo | undefined,
  { day }: SyntheticNight,
  index: number,
): Generator<string> {
  const message = index === 0 ? 'Add the pipelines' : `Change some tables on ${day}`;
  const time = Math.floor(Date.parse(`${day}T12:00:00Z`) / 1_000);
  yield `commit refs/heads/main\ncommitter Acme <data@acme.example> ${time} +0000\n${data(message)}`;
  if (before === undefined) yield* [...commonFiles(repo)].map(file);
  for (const table of repo.tables.values()) {
    const old = before?.tables.get(table.planned.name);
    const files = filesOf(repo, table);
    const earlier = old && before ? filesOf(before, old) : null;
    for (const [path, text] of files) if (earlier?.get(path) !== text) yield file([path, text]);
  }
}

const file = ([path, text]: readonly [string, string]): string => `M 100644 inline ${path}\n${data(text)}`;
const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
