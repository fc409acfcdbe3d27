import { oneLine, wrap } from '../knowledge/plain-text.ts';

/** Untrusted text as lines of at most `width` characters; what exceeds `most` lines is cut, and the cut marked. */
export function paragraph(text: string, width: number, most = Infinity): string[] {
  const lines = wrap(oneLine(text), Math.max(20, width));
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${(lines[most - 1] ?? '').slice(0, Math.max(19, width - 2))} …`];
}

/** The same, each line set in by `by` characters; `width` counts from the edge. */
export const indented = (text: string, by: number, width: number, most?: number): string[] =>
  paragraph(text, width - by, most).map((line) => ' '.repeat(by) + line);
