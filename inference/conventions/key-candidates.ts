/** Which keys a table may have: columns named like keys, keys of its code, and keys of other tables whose columns it has. */
import { namedKeys } from './key-names.ts';
import type { KeyedTable } from './likely-keys.ts';
import { keyText, standings } from './standing.ts';

export interface Candidate {
  readonly columns: readonly string[];
  /** `keyText` of the columns. */
  readonly key: string;
  /** How its name says that it is a key, else where it comes from. */
  readonly manner: string;
  /** The manner, with how the code's own keys stand to it. */
  readonly standing: string;
  /** Which of both other tables of a kind are counted by. */
  readonly counted: string;
  /** How often such a key is the tested one, before anything of the repository is known. */
  readonly prior: number;
  /** What the code says of the key makes of a belief in it. */
  readonly judge: (belief: number) => number;
}

const ofCode = 0.6;
const ofOthers = { one: 0.2, several: 0.4 } as const;

/** Of each table; what is tested of any of them is known to all. */
export function keyCandidates(tables: readonly KeyedTable[]): (table: KeyedTable) => Candidate[] {
  const known = new KnownKeys(tables.flatMap(({ tested }) => tested.map(keyText)));
  return (table) => {
    const found = new Map<string, Candidate>();
    const standingOf = standings(table);
    const put = (columns: readonly string[], manner: string, prior: number): void => {
      const key = keyText(columns);
      if (key === '' || found.has(key)) return;
      const own = standingOf(key, manner === 'several as elsewhere');
      if (own === null) return;
      const standing = `${manner}, ${own.words}`;
      const counted = own.likely ? standing : manner;
      found.set(key, { columns, key, manner, standing, counted, prior, judge: own.judge });
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
    for (const columns of table.likely)
      put(columns, columns.length === 1 ? 'one likely' : 'several likely', 0);
    return [...found.values()];
  };
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
