/** As much of a file as fits: what is nearest to the table, and of that how it begins and how it ends. */
import { numberedLine, spansOf, type Span } from './shown.ts';
import { estimateTokens, fitting } from './tokens.ts';

export interface DossierFile {
  readonly path: string;
  /** The whole file, redacted, without line ends. */
  readonly lines: readonly string[];
  /** The lines that are about the table, 1-based and inclusive; shown where the file is too long. */
  readonly spans: readonly (readonly [from: number, to: number])[];
}

/** Shown around the lines that are about the table, where not the whole file fits. */
const contextLines = 10;

export interface Excerpt {
  /** Numbered lines; where some are left out, a line says which. */
  readonly text: string;
  readonly shown: readonly Span[];
}

/** At least two lines, where there are as many. */
export function excerpt(file: DossierFile, tokens: number): Excerpt {
  const all = file.lines.map((_, index) => index + 1);
  const numbered = (numbers: readonly number[]) =>
    numbers.map((number) => numberedLine(number, file.lines[number - 1] ?? ''));
  const whole = numbered(all).join('\n');
  if (estimateTokens(whole) <= tokens) return { text: whole, shown: spansOf(file.path, all) };
  const wanted = nearest(all, file);
  const shown = spansOf(file.path, bothEnds(wanted, numbered(wanted), tokens));
  const parts = shown.flatMap(({ from, to }, index) => [
    ...leftOut((shown[index - 1]?.to ?? 0) + 1, from - 1),
    ...numbered(all.slice(from - 1, to)),
  ]);
  return { text: [...parts, ...leftOut((shown.at(-1)?.to ?? 0) + 1, all.length)].join('\n'), shown };
}

const leftOut = (from: number, to: number): string[] =>
  from > to ? [] : [`… ${from === to ? `line ${from} is` : `lines ${from} to ${to} are`} left out here`];

/** The lines that are about the table with some around them; all lines where that is not known. */
function nearest(numbers: readonly number[], { spans }: DossierFile): readonly number[] {
  if (spans.length === 0) return numbers;
  const near = numbers.filter((number) =>
    spans.some(([from, to]) => number >= from - contextLines && number <= to + contextLines),
  );
  return near.length === 0 ? numbers : near;
}

/** Settings and sources stand where code begins, the last SELECT with its conditions where it ends: its middle tells less. */
function bothEnds(numbers: readonly number[], texts: readonly string[], tokens: number): readonly number[] {
  const head = fitting(texts, tokens / 2);
  const left = tokens - estimateTokens(texts.slice(0, head).join('\n'));
  const rest = texts.length - head;
  const tail = rest === 0 ? 0 : fitting(texts.slice(head).reverse(), left);
  return [...numbers.slice(0, head), ...numbers.slice(texts.length - tail)];
}
