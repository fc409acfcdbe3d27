import { addressedLines } from './addressed-lines.ts';
import type { Citation } from './output-contract.ts';

export interface CitedLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** It speaks to a model: it proves nothing of the table, and is not shown to who judges. */
  readonly addressed: boolean;
}

/** The lines of a citation, of those of its file. */
export function citedLines(
  lines: readonly string[],
  { from, to }: Pick<Citation, 'from' | 'to'>,
): CitedLine[] {
  const toModels = addressedLines(lines);
  return lines.slice(from - 1, to).map((text, index) => {
    const number = from + index;
    return { number, text, addressed: toModels.has(number) };
  });
}
