/** Which lines of files the model was shown, and how. What it was not shown it cannot cite. */

/** Lines of a file at the commit, 1-based and inclusive. */
export interface Span {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** A longer line is cut: it is generated, or holds data. */
const longestLine = 1_000;

/** A line as the model sees it. A citation is held against this form too, so what was cut off or redacted cannot be cited. */
export function shownLine(line: string): string {
  if (line.length <= longestLine) return line;
  return `${line.slice(0, longestLine)}… (${line.length - longestLine} more characters)`;
}

/** Behind its number: so no line of a file can pass for the end of the file. */
export const numberedLine = (number: number, line: string): string =>
  `${String(number).padStart(4)}| ${line}`;

/** Line numbers in ascending order as the fewest spans. */
export function spansOf(path: string, numbers: readonly number[]): Span[] {
  const spans: { path: string; from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = spans.at(-1);
    if (last && number <= last.to + 1) last.to = number;
    else spans.push({ path, from: number, to: number });
  }
  return spans;
}

/** Whether every line of `wanted` is in some of the spans. */
export function isShown(shown: readonly Span[], wanted: Span): boolean {
  const of = shown.filter(({ path }) => path === wanted.path).sort((a, b) => a.from - b.from);
  let next = wanted.from;
  for (const { from, to } of of) if (from <= next) next = Math.max(next, to + 1);
  return next > wanted.to;
}
