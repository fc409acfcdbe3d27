/** Lines of several files in one count, so that each line in a proof still tells its file. */
import type { Build } from '../../schema/contracts/facts.ts';

/** `path`: the file that it stands in, when not the table's own. */
export interface BuildInFile extends Build {
  readonly path?: string;
}

/** A line, counted from 1, of a file. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** More lines than a file has. */
const linesPerFile = 2 ** 24;

/**
 * The builds with the lines of the first file as they are and those of each further file moved behind all that the files before it can have. `placeOf`
 * tells what a line so counted stands for. `path`: the file of builds that name none.
 */
export function countThrough(
  builds: readonly BuildInFile[],
  path: string,
): { readonly builds: readonly Build[]; readonly placeOf: (line: number) => Place } {
  const files = [...new Set(builds.map((build) => build.path ?? path))];
  return {
    builds: builds.map((build) => {
      const before = files.indexOf(build.path ?? path) * linesPerFile;
      const [from, to] = build.lines;
      return before === 0 ? build : { ...moved(build, before), lines: [from + before, to + before] };
    }),
    placeOf: (line) => ({
      path: files[Math.floor(line / linesPerFile)] ?? path,
      line: line % linesPerFile,
    }),
  };
}

/** A copy with every `line` in it moved: all are line numbers, since nothing in the relational form is keyed by a name of the code. */
function moved<T>(value: T, by: number): T {
  if (Array.isArray(value)) return value.map((item: unknown) => moved(item, by)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => [
    key,
    key === 'line' && typeof inner === 'number' ? inner + by : moved(inner, by),
  ]);
  return Object.fromEntries(entries) as T;
}
