/** As much of a file as fits: what is nearest to the table, and of that how it begins and how it ends. */
import { numberedLine, spansOf, type Span } from './shown.ts';
import { estimateTokens, fitting } from './tokens.ts';

export interface DossierFile {
  readonly path: string;
  /** The whole file, redacted, without line ends. */
  readonly lines: readonly string[];
  /** It builds the table; else something about it is declared there. */
  readonly builds: boolean;
  /** The lines that are about the table, 1-based and inclusive; shown where the file is too long. */
  readonly spans: readonly (readonly [from: number, to: number])[];
}

/** Shown around the lines that are about the table, where not the whole file is. */
const around = { building: 10, declaring: 3 };

export interface Excerpt {
  /** Numbered lines; where some are left out, a line says which. */
  readonly text: string;
  readonly shown: readonly Span[];
}

/** What is to be shown of a file where there is room: all of one that builds the table; others are mostly about other tables. */
export const wantedLines = (file: DossierFile): readonly number[] =>
  file.builds ? allLines(file) : nearest(file, around.declaring);

/** As the model sees them. */
export const numberedLines = ({ lines }: DossierFile, numbers: readonly number[]): string[] =>
  numbers.map((number) => numberedLine(number, lines[number - 1] ?? ''));

/** At least two lines, where there are as many. */
export function excerpt(file: DossierFile, tokens: number): Excerpt {
  let numbers = wantedLines(file);
  if (estimateTokens(numberedLines(file, numbers).join('\n')) > tokens) {
    const near = file.builds ? nearest(file, around.building) : numbers;
    numbers = bothEnds(near, numberedLines(file, near), tokens);
  }
  const shown = spansOf(file.path, numbers);
  const all = allLines(file);
  const parts = shown.flatMap(({ from, to }, index) => [
    ...leftOut((shown[index - 1]?.to ?? 0) + 1, from - 1),
    ...numberedLines(file, all.slice(from - 1, to)),
  ]);
  return { text: [...parts, ...leftOut((shown.at(-1)?.to ?? 0) + 1, all.length)].join('\n'), shown };
}

const allLines = ({ lines }: DossierFile): readonly number[] => lines.map((_, index) => index + 1);

const leftOut = (from: number, to: number): string[] =>
  from > to ? [] : [`… ${from === to ? `line ${from} is` : `lines ${from} to ${to} are`} left out here`];

/** The lines that are about the table with some around them; all lines where that is not known. */
function nearest(file: DossierFile, context: number): readonly number[] {
  const near = allLines(file).filter((number) =>
    file.spans.some(([from, to]) => number >= from - context && number <= to + context),
  );
  return near.length === 0 ? allLines(file) : near;
}

/** Settings and sources stand where code begins, the last SELECT with its conditions where it ends: its middle tells less. */
function bothEnds(numbers: readonly number[], texts: readonly string[], tokens: number): readonly number[] {
  const head = fitting(texts, tokens / 2);
  const left = tokens - estimateTokens(texts.slice(0, head).join('\n'));
  const rest = texts.length - head;
  const tail = rest === 0 ? 0 : fitting(texts.slice(head).reverse(), left);
  return [...numbers.slice(0, head), ...numbers.slice(texts.length - tail)];
}
