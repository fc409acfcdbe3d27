/** Of a template's tags, beginnings and ends. */
const ends: ReadonlyMap<string, string> = new Map([
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
]);

/** Tags of a text that no engine has rendered, in order; what begins like one and never ends is none. */
export function* templateTags(text: string): Generator<{ readonly index: number; readonly tag: string }> {
  const lastEnds = new Map([...ends.values()].map((end) => [end, text.lastIndexOf(end)]));
  const begins = /\{[{%#]/g;
  for (let match = begins.exec(text); match; match = begins.exec(text)) {
    const end = ends.get(match[0])!;
    const from = begins.lastIndex;
    // Ends are looked for only where there are any: a text of beginnings alone would be read again and again.
    begins.lastIndex = from > lastEnds.get(end)! ? match.index + 1 : text.indexOf(end, from) + end.length;
    if (begins.lastIndex > from) yield { index: match.index, tag: text.slice(match.index, begins.lastIndex) };
  }
}
