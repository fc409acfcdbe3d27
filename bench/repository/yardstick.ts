/** Compares edges between tables with those that somebody else found, file by file. */
import { isTemporary } from '../../inference/link/table-id.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { readSummaries } from '../../store/facts.ts';
import type { Database } from '../../store/database.ts';
import { readLinks } from '../../store/links.ts';
import { readJsonLines } from '../inputs.ts';

/** One line of a yardstick: what a file reads, by any names whose end tells the table (`refs.` before the name of a dbt model). */
interface YardstickLine {
  readonly file: string;
  readonly sources: readonly string[];
}

export interface YardstickFigures {
  /** Files that the yardstick names, and those of them that build a table here. */
  readonly files: number;
  readonly comparedFiles: number;
  /** Compared files whose tables read exactly what the yardstick says. */
  readonly equalFiles: number;
  /** Edges of compared files: found by both, by the yardstick only, by us only. */
  readonly both: number;
  readonly missing: number;
  readonly extra: number;
  /** Some of the differences: file, what is missing, what is extra. */
  readonly examples: readonly {
    readonly file: string;
    readonly missing: string[];
    readonly extra: string[];
  }[];
}

const exampleCount = 15;

export async function compareWithYardstick(
  db: Database,
  repo: string,
  asOf: string,
  path: string,
): Promise<YardstickFigures> {
  const links = await readLinks(db, repo, asOf);
  const keys = [...links.values()].flatMap(({ builds }) => builds.map((build) => build.facts));
  const called = new Map<string, Set<string>>();
  for (const { path: file, trace } of (await readSummaries(db, [...new Set(keys)])).values())
    called.set(file, new Set(Object.keys(trace ?? {}).flatMap(sourceCalled)));
  return compareLineage(links, called, readJsonLines<YardstickLine>(path));
}

/** What a trace names as a dbt source: `dbt:root|source:group.table` → `group.table`. */
const sourceCalled = (entry: string): string[] => /\|source:(.+)$/.exec(entry)?.slice(1) ?? [];

/**
 * `links` by table id. A table that reads what it held before, and files that read what they build, are left out. `called`: the names by which a file calls sources that configuration may call otherwise in the warehouse; where as many of
 * them are missing from a file's tables as tables from outside the repository are extra, they are those.
 */
export function compareLineage(
  links: ReadonlyMap<string, Pick<LinkOutput, 'builds' | 'upstream' | 'alias' | 'path'>>,
  called: ReadonlyMap<string, ReadonlySet<string>>,
  lines: readonly YardstickLine[],
): YardstickFigures {
  const readBy = new Map<string, Set<string>>();
  const builtBy = new Map<string, string[]>();
  for (const [table, { builds, upstream }] of links) {
    for (const { path } of builds) {
      builtBy.set(path, [...(builtBy.get(path) ?? []), table]);
      const read = readBy.get(path) ?? new Set<string>();
      for (const other of upstream) if (!isTemporary(other)) read.add(other);
      readBy.set(path, read);
    }
  }
  const figures = { files: lines.length, comparedFiles: 0, equalFiles: 0, both: 0, missing: 0, extra: 0 };
  const examples: YardstickFigures['examples'][number][] = [];
  for (const { file, sources: all } of lines) {
    const read = readBy.get(file);
    if (read === undefined) continue;
    const own = builtBy.get(file) ?? [];
    for (const table of own) read.delete(table);
    const ownNames = new Set(own.map((table) => table.toLowerCase()));
    const sources = all.filter((source) => !ownNames.has(source.toLowerCase()));
    const namesOf = (table: string) => [table, links.get(table)?.alias ?? table];
    const unnamed = sources.filter(
      (source) => ![...read].some((table) => namesOf(table).some((name) => sameTable(source, name))),
    );
    const unmatched = [...read].filter(
      (table) => !sources.some((source) => namesOf(table).some((name) => sameTable(source, name))),
    );
    const renamed = unnamed.filter((source) => called.get(file)?.has(source));
    const outside = unmatched.filter((table) => (links.get(table)?.path ?? null) === null);
    const same = renamed.length === outside.length;
    const missing = same ? unnamed.filter((source) => !renamed.includes(source)) : unnamed;
    const extra = same ? unmatched.filter((table) => !outside.includes(table)) : unmatched;
    figures.comparedFiles += 1;
    figures.both += sources.length - missing.length;
    figures.missing += missing.length;
    figures.extra += extra.length;
    if (missing.length + extra.length === 0) figures.equalFiles += 1;
    else if (examples.length < exampleCount) examples.push({ file, missing, extra });
  }
  return { ...figures, examples };
}

/** The shorter name is the end of the longer; `t_2*` and `t_*` are shards of one table. */
function sameTable(yardstick: string, ours: string): boolean {
  const a = nameParts(yardstick.replace(/^refs\./i, ''));
  const b = nameParts(ours);
  const length = Math.min(a.length, b.length);
  return length > 0 && a.slice(-length).join('.') === b.slice(-length).join('.');
}

const nameParts = (name: string): string[] =>
  name
    .toLowerCase()
    .replaceAll(/["`]/g, '')
    .replace(/_\d*\*$/, '_*')
    .split('.');
