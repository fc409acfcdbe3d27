/** References that names promise: a column called like the key of another table, where no code joins them. All of it is assumed. */
import { thingWords, wordsOf } from './key-names.ts';

export interface ReferringTable {
  readonly table: string;
  readonly columns: readonly string[];
  /** Single columns that are tested, proved or likely to identify its rows; the first is the best. */
  readonly keys: readonly { readonly column: string; readonly sure: boolean }[];
  /** Columns that are called as if they identified its rows, of which nothing else says so. */
  readonly named: readonly string[];
}

interface LikelyReference {
  readonly column: string;
  readonly to: string;
  readonly toColumn: string;
  /** The other column is known to be unique, and not only likely. */
  readonly sure: boolean;
}

interface Target {
  readonly table: string;
  readonly key: string;
  readonly sure: boolean;
  /** Called `id` alone: then only tables of its schema are taken to refer to it. */
  readonly bare: boolean;
  /** What the key is of, as its name says, else the table's. */
  readonly thing: readonly string[];
  /** Words of the table's name. */
  readonly words: readonly string[];
}

/** At most so many other tables for one column. */
const mostTargets = 2;
/** A name that so many tables are keyed by tells of none of them. */
const mostKeyed = 60;

/** Which of several versions of one thing is meant: `dim_account_current_id`. */
const versions = new Set('current original previous latest initial first last'.split(' '));

/** Only columns that are called so refer to others, and are referred to. */
const keyEnding = /(?:id|key|sk|code)$/i;

/** Of things that contain each other: another row of the same table. */
const ofParent = /^parent_?(id|key|sk)$/i;

/**
 * By table, the best of each column before the second best of any. The key's name stands alone (`account_id`) or behind words that say which of several (`parent_account_id`), and names the other table; a key
 * that is called `id` is named by its table. Of several tables that have the key, those of the same schema and of names that begin alike come first.
 */
export function likelyReferences(tables: readonly ReferringTable[]): Map<string, LikelyReference[]> {
  const byKey = targets(tables);
  return new Map(
    tables.flatMap(({ table, columns, keys }): [string, LikelyReference[]][] => {
      const own = new Set(keys.slice(0, 1).map(({ column }) => column.toLowerCase()));
      const [key] = keys;
      const found = columns.map((column) =>
        key && ofParent.test(column)
          ? [{ column, to: table, toColumn: key.column, sure: key.sure }]
          : referencesOf(column, table, own, byKey),
      );
      const firstFirst = Array.from({ length: mostTargets }, (_, i) => found.flatMap((of) => of.slice(i, i + 1))); // prettier-ignore
      return found.every((of) => of.length === 0) ? [] : [[table, firstFirst.flat()]];
    }),
  );
}

function targets(tables: readonly ReferringTable[]): Map<string, Target[]> {
  const byKey = new Map<string, Target[]>();
  for (const { table, keys: told, named } of tables) {
    const keys = [...told, ...named.map((column) => ({ column, sure: false }))];
    const words = nameWords(table);
    // one column may be tested, proved and likely at once; the first says the most
    const distinct = keys.filter(({ column }, i) => keys.findIndex((other) => sameName(other.column, column)) === i); // prettier-ignore
    for (const { column, sure } of distinct.slice(0, 3)) {
      const bare = /^(?:id|key|sk)$/i.test(column);
      const thing = bare ? thingWords(table) : thingOf(column);
      if (!thing.some((word) => words.includes(word))) continue;
      const name = joined(bare ? [...thing, column] : [column]);
      const target = { table, key: column, sure, bare, thing, words };
      const others = byKey.get(name);
      if (others) others.push(target);
      else byKey.set(name, [target]);
    }
  }
  return byKey;
}

/** The words before a key's ending, which may be written together with the last of them; none where it ends like no key. */
const thingOf = (column: string): string[] =>
  keyEnding.test(column) ? wordsOf(column.replace(keyEnding, '')) : [];

function referencesOf(
  column: string,
  table: string,
  own: ReadonlySet<string>,
  byKey: ReadonlyMap<string, readonly Target[]>,
): LikelyReference[] {
  const parts = column.toLowerCase().split('_').filter((part) => part !== ''); // prettier-ignore
  const words = nameWords(table);
  // a table's own key refers to nothing, but `parent_account_id` may refer to the table itself
  if (own.has(column.toLowerCase()) || !keyEnding.test(column)) return [];
  const found = namesIn(parts).flatMap(([name, from]) => {
    const keyed = byKey.get(name) ?? [];
    if (keyed.length > mostKeyed) return [];
    return keyed
      .filter((target) => from > 0 || target.table !== table)
      .filter((target) => !target.bare || schemaOf(table) === schemaOf(target.table))
      .map((target) => ({ target, score: nearness(table, words, target) - from }));
  });
  const known = found.some(({ target }) => target.sure && !target.bare);
  return found
    .filter(({ target }) => target.sure || target.bare || !known)
    .sort((a, b) => b.score - a.score || (a.target.table < b.target.table ? -1 : 1))
    .slice(0, mostTargets)
    .map(({ target }) => ({ column, to: target.table, toColumn: target.key, sure: target.sure }));
}

/** The names of keys that a column's name ends with, each with the words before it. */
function namesIn(parts: readonly string[]): [name: string, from: number][] {
  const plain = versions.has(parts.at(-2) ?? '') ? parts.toSpliced(-2, 1) : parts;
  return plain.map((_, from) => [joined(plain.slice(from)), from]);
}

/** As it is looked up: some write `accountid`. */
const joined = (words: readonly string[]): string => words.join('').toLowerCase().replaceAll('_', '');

/** How near the tables stand to each other, and how much the other's name is about its key alone. */
function nearness(table: string, words: readonly string[], target: Target): number {
  const same = schemaOf(table) === schemaOf(target.table) ? 2 : 0;
  const begin = words.findIndex((word, i) => word !== target.words[i]);
  const { thing } = target;
  const more = target.words.filter((word) => !thing.includes(word) && !words.includes(word)).length;
  const whole = thing.join(' ') === target.words.join(' ') ? 2 : 0;
  return whole + same + 2 * Math.min(2, begin === -1 ? words.length : begin) + (target.sure ? 1 : 0) - more;
}

const schemaOf = (table: string): string => table.slice(0, table.lastIndexOf('.'));
const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const nameWords = (table: string): string[] => wordsOf(table.slice(table.lastIndexOf('.') + 1));
