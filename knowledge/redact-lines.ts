import { findRedactions } from './redact.ts';

/** The lines of a text with secrets and personal literals replaced: as many lines as before, so that line numbers stay true. */
export function redactLines(text: string): string[] {
  let result = '';
  let end = 0;
  for (const { kind, from, to } of findRedactions(text)) {
    const lineEnds = text.slice(from, to).split('\n').length - 1;
    result += `${text.slice(end, from)}«redacted:${kind}»${'\n'.repeat(lineEnds)}`;
    end = to;
  }
  return linesOf(result + text.slice(end));
}

/** Lines without their ends. A line end at the end of the text begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
