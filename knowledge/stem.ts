/** English endings that do not change what a word is about, longest first, and what stands in their place. */
const endings: readonly (readonly [ending: string, instead: string])[] = [
  ['ations', 'ate'],
  ['ation', 'ate'],
  ['ments', 'ment'],
  ['nesses', ''],
  ['ness', ''],
  ['ies', 'y'],
  ['sses', 'ss'],
  ['ings', ''],
  ['ing', ''],
  ['edly', ''],
  ['ied', 'y'],
  ['ers', 'er'],
  ['ed', ''],
  ['es', 'e'],
  ['s', ''],
  ['ly', ''],
];
const leastStem = 3;

/** A crude stem: equal for the common forms of one word, not itself a word. Short words stay as they are. */
export function stem(word: string): string {
  for (const [ending, instead] of endings) {
    if (!word.endsWith(ending) || word.length - ending.length < leastStem || word.endsWith('ss')) continue;
    const base = word.slice(0, -ending.length) + instead;
    return undouble(base);
  }
  return undouble(word);
}

/** `shipp` (shipped) and `ship`, `date` and `dat` (dating) meet in one form. */
function undouble(word: string): string {
  const single = /([bdfgmnprt])\1$/.test(word) && word.length > 4 ? word.slice(0, -1) : word;
  return single.length > 4 && single.endsWith('e') ? single.slice(0, -1) : single;
}
