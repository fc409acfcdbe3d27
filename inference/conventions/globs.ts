/** The kinds that a table may belong to, as globs over table ids. */
import { tableIdParts } from '../link/table-id.ts';

/** Widest first: all tables, those of its catalog and schema, and those with a word of its name in the same place (`*_evt_*`). */
export function globsOf(table: string): string[] {
  const parts = tableIdParts(table);
  const outer = parts.slice(0, -1);
  const words = (parts.at(-1) ?? '').split('_').slice(0, mostWords);
  return [
    '*',
    ...outer.map((_, i) => [...outer.slice(0, i + 1).map(escaped), '*'].join('.')),
    ...words.flatMap((word, i) =>
      word.length < leastLetters || /\d/.test(word) || words.length === 1
        ? []
        : [i === 0 ? `*.${word}_*` : i === words.length - 1 ? `*_${word}` : `*_${word}_*`],
    ),
  ];
}

/** Tables of one name in other schemas, then those of schemas that begin alike (`*.dex_*.trades`): what is built once for each of several sources, tenants or chains. */
export function namesakesOf(table: string): string[] {
  const [name = '', schema = ''] = tableIdParts(table).toReversed().map(escaped);
  const [begin, ...more] = schema.split('_');
  return [`*.${name}`, ...(more.length > 0 ? [`*.${begin}_*.${name}`] : [])];
}

const mostWords = 8;
const leastLetters = 3;
const escaped = (part: string): string => part.replace(/[*?[\]{}()!+@\\]/g, '\\$&');
