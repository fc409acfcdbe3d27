/** How a column's name and place say that it is its table's key. */

/**
 * `entity`: it identifies what the table is called after, or the last words of it (`order_id` of `fct_orders`); `inside`: other words of the name, in a row; `named`:
 * it is called a key (`primary_key`, `order_pk`); `bare`: `id`; `partly`: its last word is in the name; `other`: an identifier of something else; `plain`:
 * no identifier.
 */
type KeyName = 'entity' | 'inside' | 'named' | 'bare' | 'partly' | 'other' | 'plain';

/** One column of a table that may be its key. */
interface NamedKey {
  readonly column: string;
  /** The kind of name, whether it is the first column, and whether the table keeps several versions of a thing. */
  readonly manner: string;
  /** How often such a column is the key, before anything of the repository is known. */
  readonly prior: number;
}

/** Counted over tested tables of four dbt projects. Columns that are not first count only where they are seldom anything else. */
const first: Readonly<Record<KeyName, number>> = { entity: 0.97, named: 0.95, bare: 0.95, inside: 0.6, partly: 0.5, other: 0.5, plain: 0.35 }; // prettier-ignore
const later: Partial<Readonly<Record<KeyName, number>>> = { named: 0.6, entity: 0.5, bare: 0.5 };
/** Of a table that keeps versions of things, the thing is seldom the key. */
const ofVersions = 0.3;

/** `columns`: in order; `firstKnown`: nothing stands before the first of them. */
export function namedKeys(table: string, columns: readonly string[], firstKnown: boolean): NamedKey[] {
  const name = thingWords(table);
  const ofTimes = name.some(isVersion) || columns.some((column) => /^(dbt_)?valid_(from|to)$/i.test(column));
  return columns.flatMap((column, i): NamedKey[] => {
    const isFirst = i === 0 && firstKnown;
    if (!isFirst && !mayIdentify.test(column)) return [];
    const words = wordsOf(column);
    const kind = keyName(words, name);
    const prior = (isFirst ? first : later)[kind];
    if (prior === undefined) return [];
    const manner = `${kind}${isFirst ? ' first' : ''}`;
    return ofTimes && kind !== 'named' && !words.some(isVersion)
      ? [{ column, manner: `${manner} of versions`, prior: prior * ofVersions }]
      : [{ column, manner, prior }];
  });
}

/** The words of a table's name that say what it holds. */
export const thingWords = (table: string): string[] =>
  wordsOf(table.slice(table.lastIndexOf('.') + 1)).filter((word) => !layers.has(word));

/** Columns that identify what the table is called after, whether or not they are its key. */
export const entityColumns = (table: string, columns: readonly string[]): string[] =>
  namedKeys(table, columns, false).flatMap(({ column, manner }) =>
    /^(entity|bare)\b/.test(manner) ? [column] : [],
  );

function keyName(column: readonly string[], table: readonly string[]): KeyName {
  const ending = column.at(-1) ?? '';
  if (!endings.has(ending)) return 'plain';
  const thing = column.slice(0, -1).filter((word) => !kinds.has(word));
  while (thing.length > 1 && layers.has(thing[0] ?? '')) thing.shift();
  if (thing.length === 0) return column.length === 1 && ending === 'id' ? 'bare' : 'named';
  const places = table.flatMap((_, i) => (thing.every((word, j) => alike(word, table[i + j])) ? [i] : []));
  if (ending === 'pk' || (places.length > 0 && (ending === 'sk' || column.includes('surrogate')))) return 'named'; // prettier-ignore
  if (places.includes(table.length - thing.length)) return 'entity';
  if (places.length > 0) return 'inside';
  return table.some((word) => alike(thing.at(-1) ?? '', word)) ? 'partly' : 'other';
}

const endings = new Set(['id', 'key', 'sk', 'pk', 'uuid', 'guid', 'iid']);
/** So that not all of ten thousand wide tables' columns are taken into words: the same endings, also in the plural. */
const mayIdentify = /(?:id|key|sk|pk)s?[^a-z0-9]*$/i;
/** Words that tell of a key what kind it is, not of what. */
const kinds = new Set(['primary', 'unique', 'surrogate', 'natural', 'row', 'pk', 'sk']);
/** Words that tell of a table where in the pipeline it stands, not what it holds. */
const layers = new Set('dim fct fact stg mart prep int rpt src source base xf bdg map wk grp tbl agg raw'.split(' ')); // prettier-ignore
const versions = new Set('history hist scd snapshot version daily weekly monthly quarterly'.split(' '));
const isVersion = (word: string): boolean => versions.has(word);

const leastLetters = 4;

/** The same word, or one is the other cut short (`exec`, `execution`). */
const alike = (a: string, b: string | undefined): boolean =>
  b !== undefined &&
  (a === b || (Math.min(a.length, b.length) >= leastLetters && (a.startsWith(b) || b.startsWith(a))));

/** In lower case and singular, as far as endings tell. */
export function wordsOf(name: string): string[] {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z0-9]+/); // prettier-ignore
  return words.filter((word) => word !== '').map(singular);
}

const singular = (word: string): string =>
  word.replace(/ies$/, 'y').replace(/(ss|us)es$/, '$1').replace(/([^su])s$/, '$1'); // prettier-ignore
