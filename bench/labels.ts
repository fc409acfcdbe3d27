/**
 * Compares the tables that files read and write with what people who read the code wrote down:
 * `node bench/labels.ts <labels.jsonl> --repos PATTERN [--dialect D] [--differences N]`.
 * PATTERN is the path of a repository with `{owner}` and `{name}` in it. A line of labels is
 * `{"repo": "owner/name", "path", "reads": [], "writes": [], "either"?: []}`: names as far as the code tells them, `*` for what only the run knows;
 * `either` are names that are neither missed nor held against us.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { knownParts } from '../inference/link/table-id.ts';
import { initReaders, readFile } from '../parsers/registry.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import type { FileFacts } from '../schema/contracts/facts.ts';
import type { NameRef } from '../schema/contracts/names.ts';
import { readCommit } from './graph/commit.ts';
import { dialectFlag, readJsonLines } from './inputs.ts';

interface Label {
  readonly repo: string;
  readonly path: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly either?: readonly string[];
}

interface Counts {
  right: number;
  /** Names that the labels do not have. */
  extra: number;
  /** Names that only the labels have. */
  missing: number;
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repos: { type: 'string' },
      dialect: { type: 'string' },
      differences: { type: 'string', default: '20' },
    },
  });
  const [path] = positionals;
  if (path === undefined || flags.repos === undefined)
    throw new UserError('Which labels, of which repositories?', { next: 'Give the file, and --repos.' });
  const labels = readJsonLines<Label>(path);
  await initReaders();
  const totals = { reads: counts(), writes: counts() };
  const differences: string[] = [];
  for (const [repo, own] of Map.groupBy(labels, (label) => label.repo)) {
    const facts = await factsOf(repo, own, flags.repos, flags.dialect);
    for (const label of own) {
      const found = tablesOf(facts.get(label.path) ?? null);
      for (const side of ['reads', 'writes'] as const)
        differences.push(...compare(label, side, found[side], totals[side]).map((one) => `${repo} ${label.path}: ${side}: ${one}`)); // prettier-ignore
    }
  }
  print(labels.length, totals, differences, Number(flags.differences));
}

const counts = (): Counts => ({ right: 0, extra: 0, missing: 0 });

async function factsOf(
  repo: string,
  labels: readonly Label[],
  pattern: string,
  dialect: string | undefined,
): Promise<ReadonlyMap<string, FileFacts | null>> {
  const [owner = '', name = ''] = repo.split('/');
  const url = resolve(pattern.replace('{owner}', owner).replace('{name}', name));
  const { texts, context } = await readCommit({
    repo: url,
    dialect: dialectFlag(dialect),
  });
  return new Map(
    labels.map(({ path }) => {
      const text = texts.get(path)?.text;
      if (text === undefined)
        throw new UserError(`${repo} has no file ${path}.`, { next: 'Mend the labels.' });
      return [path, readFile(path, text, context(path))];
    }),
  );
}

/** Temporary tables are neither read nor written. */
function tablesOf(facts: FileFacts | null): Record<'reads' | 'writes', string[]> {
  if (facts === null) return { reads: [], writes: [] };
  const isTemporary = ({ kind }: FileFacts['builds'][number]): boolean => kind === 'temporary';
  const temporary = new Set(facts.builds.filter(isTemporary).map(({ target }) => nameOf(target)));
  const tasks = facts.jobs.flatMap((job) => job.tasks);
  const names = (refs: readonly NameRef[]): string[] => [...new Set(refs.map(nameOf))].filter((name) => !temporary.has(name)); // prettier-ignore
  return {
    reads: names([...facts.builds, ...facts.uses, ...tasks].flatMap(({ reads }) => reads)),
    writes: names([
      ...facts.builds.filter((build) => !isTemporary(build)).map(({ target }) => target),
      ...tasks.flatMap(({ writes }) => writes),
    ]),
  };
}

const nameOf = ({ parts }: NameRef): string => plain(knownParts(parts).join('.'));
const plain = (name: string): string => name.toLowerCase().replace(/\/+$/, '');

/** Names are the same when one is the other, or its end at a dot. */
const same = (a: string, b: string): boolean => a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);

function compare(label: Label, side: 'reads' | 'writes', found: readonly string[], total: Counts): string[] {
  const wanted = label[side].map(plain);
  const spared = (label.either ?? []).map(plain);
  const missing = wanted.filter((name) => !found.some((one) => same(one, name)));
  const extra = found.filter((name) => ![...wanted, ...spared].some((one) => same(one, name)));
  total.right += wanted.length - missing.length;
  total.missing += missing.length;
  total.extra += extra.length;
  return [...missing.map((name) => `missing ${name}`), ...extra.map((name) => `extra ${name}`)];
}

function print(
  files: number,
  totals: Record<'reads' | 'writes', Counts>,
  differences: readonly string[],
  shown: number,
): void {
  const both = counts();
  for (const one of Object.values(totals)) for (const key of ['right', 'extra', 'missing'] as const) both[key] += one[key]; // prettier-ignore
  for (const [what, { right, extra, missing }] of Object.entries({ ...totals, both })) {
    const share = (of: number): string => (of === 0 ? '–' : (right / of).toFixed(3));
    console.log(`${what}: ${right} right, ${missing} missing, ${extra} extra; precision ${share(right + extra)}, recall ${share(right + missing)}`); // prettier-ignore
  }
  console.log(`${files} files, ${differences.length} differences`);
  for (const one of differences.slice(0, shown)) console.log(`- ${one}`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
