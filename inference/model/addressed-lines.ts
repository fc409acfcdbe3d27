/** Lines that speak to a model in place of saying what the code does. They are shown like all others, and prove nothing. */

/** Turns of phrase that address whoever reads a text by machine. Not all that there are: the check of names and values stands behind. */
const phrases: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|all)\b.{0,40}\b(?:instructions?|prompts?|rules?|context|directions?)\b/i,
  /\b(?:note|message|instructions?|attention)\b.{0,20}\b(?:llms?|(?:automated|ai|language|machine)[ -](?:readers?|agents?|assistants?|models?|systems?))\b/i,
  /\byou are (?:now )?(?:an? |the )?(?:ai|assistant|language model|llm)\b/i,
  /\b(?:system|developer) (?:prompt|message)\b/i,
  /<\/?(?:system|assistant|instructions?)>|\[\/?INST\]|<\|im_(?:start|end)\|>/i,
];
const comment = /^\s*(?:--|#|\/\/|\/\*|\*|\{#|<!--)/;
/** In prose that is no comment, so many lines before and behind belong to it. */
const around = 2;

/** Where comments of several lines begin and end. */
const blocks: readonly (readonly [string, string])[] = [
  ['/*', '*/'],
  ['{#', '#}'],
  ['<!--', '-->'],
];

/** By the lines of a file: each of its citations asks. */
const known = new WeakMap<readonly string[], ReadonlySet<number>>();

/** Numbers (from 1) of the lines that address a model: those with such a phrase, and the rest of the comment or passage that they stand in. */
export function addressedLines(lines: readonly string[]): ReadonlySet<number> {
  const found = known.get(lines) ?? find(lines);
  known.set(lines, found);
  return found;
}

function find(lines: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  let commented: readonly boolean[] | null = null;
  for (const [index, line] of lines.entries()) {
    const next = (lines[index + 1] ?? '').replace(comment, '');
    // A phrase may go on in the next line; which has its own turn where it stands in that one alone.
    if (!addresses(line) && (addresses(next) || !addresses(`${line} ${next}`))) continue;
    commented ??= inComments(lines);
    const inside = commented;
    const within = inside[index]
      ? (at: number) => inside[at] === true
      : (at: number) => Math.abs(at - index) <= around && (lines[at] ?? '').trim() !== '';
    found.add(index + 1);
    for (let at = index - 1; at >= 0 && within(at); at -= 1) found.add(at + 1);
    for (let at = index + 1; at < lines.length && within(at); at += 1) found.add(at + 1);
  }
  return found;
}

const addresses = (text: string): boolean => phrases.some((phrase) => phrase.test(text));

/** Of each line, whether it is a comment or stands in one of several lines. */
function inComments(lines: readonly string[]): boolean[] {
  let end: string | null = null;
  return lines.map((line) => {
    const open = end !== null;
    let at = 0;
    for (;;) {
      if (end !== null) {
        const closes = line.indexOf(end, at);
        if (closes < 0) return true;
        at = closes + end.length;
        end = null;
      }
      const [begins, block] = firstOf(line, at);
      if (block === null) return open || comment.test(line);
      at = begins + block[0].length;
      end = block[1];
    }
  });
}

function firstOf(line: string, from: number): [number, (typeof blocks)[number] | null] {
  let best: [number, (typeof blocks)[number] | null] = [line.length, null];
  for (const block of blocks) {
    const at = line.indexOf(block[0], from);
    if (at >= 0 && at < best[0]) best = [at, block];
  }
  return best;
}
