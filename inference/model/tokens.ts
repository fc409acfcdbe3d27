/** Sizes of prompts, without a tokenizer: near enough to stay within limits, and the same on every machine. */

const charactersPerToken = 3.5;

/** About how many tokens a text takes. Code and English lie between 3 and 4.5 characters a token. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / charactersPerToken);

/** How many of the first lines fit in `tokens`. At least one, if there is one. */
export function fitting(lines: readonly string[], tokens: number): number {
  let room = tokens;
  let count = 0;
  for (const line of lines) {
    room -= estimateTokens(`${line}\n`);
    if (room < 0 && count > 0) break;
    count += 1;
  }
  return count;
}

/** The first lines that fit in `tokens`, and a line that says how many were left out. At least one line. */
export function cutLines(lines: readonly string[], tokens: number): string[] {
  const kept = lines.slice(0, fitting(lines, tokens));
  const left = lines.length - kept.length;
  return left === 0 ? kept : [...kept, `… ${left} more lines are left out here`];
}
