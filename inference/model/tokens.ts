/** Sizes of prompts, without a tokenizer: near enough to stay within limits, and the same on every machine. */

const charactersPerToken = 3.5;

/** About how many tokens a text takes. Code and English lie between 3 and 4.5 characters a token. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / charactersPerToken);

/** The first lines that fit in `tokens`, and a line that says how many were left out. At least one line. */
export function cutLines(lines: readonly string[], tokens: number): string[] {
  const kept: string[] = [];
  let room = tokens;
  for (const line of lines) {
    room -= estimateTokens(`${line}\n`);
    if (room < 0 && kept.length > 0) break;
    kept.push(line);
  }
  const left = lines.length - kept.length;
  return left === 0 ? kept : [...kept, `… ${left} more lines are left out here`];
}
