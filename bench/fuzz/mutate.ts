/** Files as nobody would write them, made of files that somebody wrote. */
export type Random = () => number;

/** Changes a text once. `other`: another file's text. Same random numbers, same result. */
type Mutation = (text: string, random: Random, other: string) => string;

const noise = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '`',
    '"""',
    '${',
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '<<',
    '<<EOF\n',
  ],
  ...[
    '\n',
    '\r',
    '\t',
    ': ',
    '- ',
    '/*',
    '*/',
    '--',
    '//',
    '#',
    ';',
    ', ',
    '*&a',
    '&a *a',
    '@',
    '$',
    '\\',
    '::',
  ],
  ...['\0', '\uFEFF', '\uFFFD', '\uD800', '\uDFFF', '\uE000', '\uE001', '\u2028', '\u202E', '𝒳', 'ß', 'İ'],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'NaN',
    '1e999',
    '0x',
    '9'.repeat(400),
    'select',
    'lambda',
    'async',
  ],
];
const brackets = [
  '()',
  '[]',
  '{}',
  '{{}}',
  'CASE WHEN 1 THEN  END',
  'SELECT * FROM (SELECT 1 FROM )',
  '<>',
  '- ',
];

const upTo = (random: Random, end: number): number => Math.floor(random() * end);
const pick = <T>(random: Random, items: readonly T[]): T => items[upTo(random, items.length)] as T;

function spliced(text: string, random: Random, put: string, removed = 40): string {
  const from = upTo(random, text.length + 1);
  return text.slice(0, from) + put + text.slice(from + upTo(random, removed));
}

function piece(text: string, random: Random, longest: number): string {
  const from = upTo(random, text.length);
  return text.slice(from, from + 1 + upTo(random, longest));
}

/** Each with how often it is taken, in parts of the whole. */
const mutations: readonly (readonly [weight: number, mutation: Mutation])[] = [
  [8, (text, random) => spliced(text, random, pick(random, noise))],
  [3, (text, random) => spliced(text, random, '')],
  [2, (text, random) => text.slice(0, upTo(random, text.length))],
  [2, (text, random) => spliced(text, random, piece(text, random, 300))],
  [2, (text, random, other) => spliced(text, random, piece(other, random, 300))],
  [1, (text, random) => spliced(text, random, piece(text, random, 30).repeat(1 + upTo(random, 500)))],
  [1, (text, random) => spliced(text, random, nested(pick(random, brackets), 1 + upTo(random, 400)))],
  [1, (text) => text.replace(/\s+/g, ' ')],
  [1, (text) => text.replaceAll('\n', '\r\n')],
  [1, (text) => [...text].join('\0')],
  [1, (text) => Buffer.from(text, 'utf8').toString('latin1')],
  [1, (text, random) => spliced(text, random, binary(random))],
  [1, (text, random) => text.replaceAll(pick(random, text.match(/\w+/g) ?? ['a']), pick(random, noise))],
];
const weights = mutations.reduce((sum, [weight]) => sum + weight, 0);

const nested = (pair: string, depth: number): string => {
  const half = Math.ceil(pair.length / 2);
  return pair.slice(0, half).repeat(depth) + pair.slice(half).repeat(depth);
};

const binary = (random: Random): string =>
  String.fromCharCode(...Array.from({ length: 1 + upTo(random, 200) }, () => upTo(random, 65_536)));

/** The text after one to four changes, cut at `longest` UTF-16 units. */
export function mutated(text: string, other: string, random: Random, longest = 60_000): string {
  let out = text;
  for (let left = 1 + upTo(random, 4); left > 0; left--) {
    let at = random() * weights;
    const [, mutation] = mutations.find(([weight]) => (at -= weight) < 0) ?? mutations[0]!;
    out = mutation(out, random, other).slice(0, longest);
  }
  return out;
}
