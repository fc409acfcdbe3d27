/** Whether lines name a unit, a currency or a time zone. Code seldom spells them out: `amount_cents`, `timeoutMs`, `'Europe/Paris'`. */

/** Forms of one word. Those that code uses for something else (`min`, `s`, `$`) are left out. */
const forms: readonly (readonly string[])[] = [
  ['microsecond', 'microseconds', 'micros', 'usec'],
  ['millisecond', 'milliseconds', 'millis', 'msec', 'ms'],
  ['second', 'seconds', 'sec', 'secs'],
  ['minute', 'minutes', 'mins'],
  ['hour', 'hours', 'hr', 'hrs'],
  ['day', 'days'],
  ['week', 'weeks'],
  ['month', 'months'],
  ['byte', 'bytes'],
  ['kilobyte', 'kilobytes', 'kb'],
  ['megabyte', 'megabytes', 'mb'],
  ['gigabyte', 'gigabytes', 'gb'],
  ['percent', 'percentage', 'percents', 'pct', '%'],
  ['cent', 'cents'],
  ['usd', 'dollar', 'dollars'],
  ['eur', 'euro', 'euros', '€'],
  ['gbp', 'pound', 'pounds', '£'],
  ['jpy', 'yen', '¥'],
  ['utc', 'gmt'],
];
const formsOf = new Map(forms.flatMap((same) => same.map((form) => [form, same] as const)));
const joining = new Set(['a', 'an', 'of', 'per', 'in', 'the', 'us']);

/** Every word of the unit stands in the lines, as a word or as a part of a name, in one of its forms. */
export function namesUnit(lines: string, unit: string): boolean {
  const held = new Set(wordsOf(lines));
  const words = wordsOf(unit).filter((word) => !joining.has(word));
  return words.length > 0 && words.every((word) => (formsOf.get(word) ?? [word]).some((form) => held.has(form)));
} // prettier-ignore

const wordsOf = (text: string): string[] =>
  [...text.matchAll(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{L}|\d+|[%€£¥]/gu)].map(([word]) =>
    word.toLowerCase(),
  );
