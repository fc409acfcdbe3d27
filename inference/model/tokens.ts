/** Sizes of prompts, without a tokenizer: near enough to stay within limits, and the same on every machine. */

/** What tokenizers do not join across: the parts of a name, runs of digits, of signs and of spaces. */
const pieces = /\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}{1,3}|\n\s*|[^\s\p{L}\p{N}]+| {2,}|\p{L}/gu;
const letter = /^\p{L}/u;
const sign = /^[^\s\p{N}]/u;
const lettersPerToken = 6;
const signsPerToken = 3;

/** About how many tokens a text takes: of nine dossiers in ten what a tokenizer counts, or up to a third more (bench/model-load.ts). */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(pieces)) {
    const perToken = letter.test(piece) ? lettersPerToken : sign.test(piece) ? signsPerToken : piece.length;
    tokens += Math.ceil(piece.length / perToken);
  }
  return tokens;
}

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
