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
const blocks: ReadonlyMap<string, string> = new Map([
  ['/*', '*/'],
  ['{#', '#}'],
  ['<!--', '-->'],
]);
/** What hides the beginning of a block, up to the end of its line: a text in quotes, a comment. Lines are counted on the way. */
const notable = /\n|(["'`])(?:(?!\1)[^\n])*\1?|(?:--|#|\/\/)[^\n]*|\/\*|\{#|<!--/g;

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
  let last = -1;
  for (const [index, line] of lines.entries()) {
    // The whole comment has been found.
    if (index <= last) continue;
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
    let at = index + 1;
    for (; at < lines.length && within(at); at += 1) found.add(at + 1);
    if (inside[index]) last = at - 1;
  }
  return found;
}

const addresses = (text: string): boolean => phrases.some((phrase) => phrase.test(text));

/** Of each line, whether it is a comment or stands in one of several lines. What never ends is none. */
function inComments(lines: readonly string[]): boolean[] {
  const inside = lines.map((line) => comment.test(line));
  const text = lines.join('\n');
  const lastEnds = new Map([...blocks.values()].map((end) => [end, text.lastIndexOf(end)]));
  let line = 0;
  notable.lastIndex = 0;
  for (let match = notable.exec(text); match; match = notable.exec(text)) {
    if (match[0] === '\n') line += 1;
    const end = blocks.get(match[0]);
    if (end === undefined || notable.lastIndex > lastEnds.get(end)!) continue;
    notable.lastIndex = text.indexOf(end, notable.lastIndex) + end.length;
    const more = text.slice(match.index, notable.lastIndex).split('\n').length - 1;
    if (more > 0) inside.fill(true, line, line + more + 1);
    line += more;
  }
  return inside;
}
