/** References that names promise: a column called like the key of another table, where no code joins them. All of it is assumed. */
import { wordsOf } from './key-names.ts';

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
  /** Words of the table's name, and of the schema. */
  readonly words: readonly string[];
}

/** At most so many other tables for one column. */
const mostTargets = 2;
/** A name that so many tables are keyed by tells of none of them. */
const mostKeyed = 60;

/**
 * By table, the best of each column before the second best of any. The key's name stands alone (`account_id`) or behind words that say which of several (`parent_account_id`), and names the other table. Of several tables
 * that have the key, those of the same schema and of names that begin alike come first.
 */
export function likelyReferences(tables: readonly ReferringTable[]): Map<string, LikelyReference[]> {
  const byKey = targets(tables);
  return new Map(
    tables.flatMap(({ table, columns, keys }): [string, LikelyReference[]][] => {
      const own = new Set(keys.map(({ column }) => column.toLowerCase()));
      const found = columns.map((column) => referencesOf(column, table, own, byKey));
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
      const thing = wordsOf(column).slice(0, -1);
      if (thing.length === 0 || !/id|key|sk|code$/i.test(column) || !thing.some((word) => words.includes(word))) continue; // prettier-ignore
      const name = column.toLowerCase();
      const others = byKey.get(name);
      if (others) others.push({ table, key: column, sure, words });
      else byKey.set(name, [{ table, key: column, sure, words }]);
    }
  }
  return byKey;
}

function referencesOf(
  column: string,
  table: string,
  own: ReadonlySet<string>,
  byKey: ReadonlyMap<string, readonly Target[]>,
): LikelyReference[] {
  const parts = column.toLowerCase().split('_');
  const words = nameWords(table);
  // a table's own key refers to nothing, but `parent_account_id` may refer to the table itself
  if (own.has(column.toLowerCase())) return [];
  const found = parts.slice(0, -1).flatMap((_, from) => {
    const keyed = byKey.get(parts.slice(from).join('_')) ?? [];
    if (keyed.length > mostKeyed) return [];
    return keyed
      .filter((target) => from > 0 || target.table !== table)
      .map((target) => ({ target, score: nearness(table, words, target) - from }));
  });
  const known = found.some(({ target }) => target.sure);
  return found
    .filter(({ target }) => target.sure || !known)
    .sort((a, b) => b.score - a.score || (a.target.table < b.target.table ? -1 : 1))
    .slice(0, mostTargets)
    .map(({ target }) => ({ column, to: target.table, toColumn: target.key, sure: target.sure }));
}

/** How near the tables stand to each other, and how much the other's name is about its key alone. */
function nearness(table: string, words: readonly string[], target: Target): number {
  const schema = (id: string): string => id.slice(0, id.lastIndexOf('.'));
  const same = schema(table) === schema(target.table) ? 2 : 0;
  const begin = words.findIndex((word, i) => word !== target.words[i]);
  const thing = wordsOf(target.key).slice(0, -1);
  const more = target.words.filter((word) => !thing.includes(word) && !words.includes(word)).length;
  const whole = wordsOf(target.key).slice(0, -1).join(' ') === target.words.join(' ') ? 2 : 0;
  return whole + same + 2 * Math.min(2, begin === -1 ? words.length : begin) + (target.sure ? 1 : 0) - more;
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const nameWords = (table: string): string[] => wordsOf(table.slice(table.lastIndexOf('.') + 1));
