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

/** Numbers (from 1) of the lines that address a model: those with such a phrase, and the rest of the comment or passage that they stand in. */
export function addressedLines(lines: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (!phrases.some((phrase) => phrase.test(line))) continue;
    const within = comment.test(line)
      ? (at: number) => comment.test(lines[at] ?? '')
      : (at: number) => Math.abs(at - index) <= around && (lines[at] ?? '').trim() !== '';
    found.add(index + 1);
    for (let at = index - 1; at >= 0 && within(at); at -= 1) found.add(at + 1);
    for (let at = index + 1; at < lines.length && within(at); at += 1) found.add(at + 1);
  }
  return found;
}
