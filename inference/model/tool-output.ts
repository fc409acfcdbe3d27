/** What a tool says: a page of lines, and which lines of files they show. */
import type { Span } from './shown.ts';
import { fitting } from './tokens.ts';

export interface ToolOutput {
  readonly text: string;
  readonly shown: readonly Span[];
}

export interface OutputLine {
  readonly text: string;
  /** The line of a file that this one shows. */
  readonly shows?: Span;
}

/** Of one answer of a tool. */
export const outputTokens = 4_000;

/** Words in place of what was asked for. */
export const refused = (text: string): ToolOutput => ({ text, shown: [] });

/** Page `page` (from 1) of lines, of which each page holds as many as fit. Says where it is cut and how to go on. */
export function pageOf(lines: readonly OutputLine[], page: number | null): ToolOutput {
  const pages: (readonly OutputLine[])[] = [];
  for (let from = 0; from < lines.length;) {
    const count = fitting(lines.slice(from).map(({ text }) => text), outputTokens); // prettier-ignore
    pages.push(lines.slice(from, from + count));
    from += count;
  }
  const wanted = page ?? 1;
  const chosen = pages[wanted - 1];
  if (chosen === undefined)
    return refused(`There is no page ${wanted}: there are ${Math.max(1, pages.length)}.`);
  const next = wanted < pages.length ? ` Ask for page ${wanted + 1} for more.` : '';
  const end = pages.length > 1 ? [`… Page ${wanted} of ${pages.length}.${next}`] : [];
  return {
    text: [...chosen.map(({ text }) => text), ...end].join('\n'),
    shown: chosen.flatMap(({ shows }) => shows ?? []),
  };
}
