/** Which keys a table may have: columns named like keys, keys of its code, and keys of other tables whose columns it has. */
import { periodOf } from '../derive/phrase.ts';
import { namedKeys } from './key-names.ts';
import type { KeyedTable } from './likely-keys.ts';

export interface Candidate {
  readonly columns: readonly string[];
  /** `keyText` of the columns. */
  readonly key: string;
  /** How its name says that it is a key, else where it comes from. */
  readonly manner: string;
  /** The manner, with how the code's own keys stand to it. */
  readonly standing: string;
  /** How often such a key is the tested one, before anything of the repository is known. */
  readonly prior: number;
}

const ofCode = 0.6;
const ofOthers = { one: 0.2, several: 0.4 } as const;
const besideProof = 0.8;
/** A proof of few columns was written so; a wide one is mostly what a DISTINCT or a UNION leaves. */
const fewColumns = 3;
const partOfFew = 0.5;

/** A key's columns in lower case, sorted. */
export const keyText = (columns: readonly string[]): string =>
  [...new Set(columns.map((column) => column.toLowerCase()))].sort().join();

/** Of each table; what is tested of any of them is known to all. */
export function keyCandidates(tables: readonly KeyedTable[]): (table: KeyedTable) => Candidate[] {
  const known = new KnownKeys(tables.flatMap(({ tested }) => tested.map(keyText)));
  return (table) => {
    const found = new Map<string, Candidate>();
    const put = (columns: readonly string[], manner: string, prior: number): void => {
      const key = keyText(columns);
      if (key === '' || found.has(key)) return;
      if (isThingOfSeries(key, table.derived)) return;
      const { words, weight } = standingOf(key, table.derived);
      found.set(key, { columns, key, manner, standing: `${manner}, ${words}`, prior: prior * weight });
    };
    for (const { column, manner, prior } of namedKeys(table.table, table.columns, table.firstKnown))
      put([column], manner, prior);
    for (const { columns } of table.derived)
      put(columns, columns.length === 1 ? 'one column' : 'several columns', ofCode);
    const names = new Map(table.columns.map((column) => [column.toLowerCase(), column]));
    for (const key of known.within(new Set(names.keys()))) {
      const some = key.length === 1 ? 'one' : 'several';
      put(key.map((column) => names.get(column) ?? column), `${some} as elsewhere`, ofOthers[some]); // prettier-ignore
    }
    return [...found.values()];
  };
}

/** How the code's own keys stand to a key, and what that makes of a belief in it. */
function standingOf(key: string, derived: KeyedTable['derived']): { words: string; weight: number } {
  const same = derived.filter(({ columns }) => keyText(columns) === key);
  if (same.some(({ proved }) => proved)) return { words: 'proved', weight: 1 };
  if (same.length > 0) return { words: 'assumed by the code', weight: 1 };
  if (!derived.some(({ proved }) => proved)) return { words: 'not proved', weight: 1 };
  const whole = derived.filter(({ columns, proved }) => proved && isPart(key.split(','), columns));
  if (whole.length === 0) return { words: 'beside a proved key', weight: besideProof };
  const few = whole.some(({ columns }) => columns.length <= fewColumns);
  return few ? { words: 'part of a proved key', weight: partOfFew } : { words: 'part of a wide proved key', weight: 1 }; // prettier-ignore
}

/** Whether a few columns are proved to be a key of which this one lacks the time: of a thing and a day the thing alone is none. */
const isThingOfSeries = (key: string, derived: KeyedTable['derived']): boolean =>
  derived.some(
    ({ columns, proved }) =>
      proved &&
      columns.length <= fewColumns &&
      isPart(key.split(','), columns) &&
      columns.some((name) => isTime(name) && !key.split(',').includes(name.toLowerCase())),
  );

const isTime = (name: string): boolean => periodOf({ name, type: null, truncated: null }) !== null;

function isPart(key: readonly string[], columns: readonly string[]): boolean {
  const whole = new Set(keyText(columns).split(','));
  return key.every((column) => whole.has(column));
}

/** Keys by their rarest column, so that those within a table's columns are found without trying all. */
class KnownKeys {
  readonly #byColumn: ReadonlyMap<string, readonly (readonly string[])[]>;

  constructor(texts: readonly string[]) {
    const keys = [...new Set(texts)].map((text) => text.split(','));
    const uses = new Map<string, number>();
    for (const column of keys.flat()) uses.set(column, (uses.get(column) ?? 0) + 1);
    const use = (column: string): number => uses.get(column) ?? 0;
    this.#byColumn = Map.groupBy(keys, (key) => key.toSorted((a, b) => use(a) - use(b))[0] ?? '');
  }

  within(columns: ReadonlySet<string>): (readonly string[])[] {
    return [...columns].flatMap((column) =>
      (this.#byColumn.get(column) ?? []).filter((key) => key.every((part) => columns.has(part))),
    );
  }
}
