/** Columns of two tables side by side: one column where name or origin says so, unless its origin says otherwise. */
import type { RootOf } from './column-roots.ts';
import type { TableShape } from './similar.ts';

interface Column {
  readonly name: string;
  /** As it is compared. */
  readonly normal: string;
  readonly root: string;
  readonly rootTable: string;
}

interface Columns {
  readonly all: readonly Column[];
  readonly byName: ReadonlyMap<string, Column>;
  readonly roots: ReadonlySet<string>;
}

const named = 4;
const namedOrigins = 2;

export class ColumnPairs {
  readonly #rootOf: RootOf;
  /** By list of names: a table meets many others. */
  readonly #known = new WeakMap<readonly string[], Columns>();
  readonly #normal = new WeakMap<readonly string[], ReadonlySet<string>>();

  constructor(rootOf: RootOf) {
    this.#rootOf = rootOf;
  }

  /** Nothing is told where a side may have more columns than are known. */
  differences(table: TableShape, other: TableShape): string[] {
    if (table.columns.length === 0 || other.columns.length === 0) return [];
    const [mine, theirs] = [this.#missing(table, other), this.#missing(other, table)];
    const otherwise = this.#ofOtherOrigin(table, other);
    return [
      ...(mine.length > 0 ? [`only this one has ${someOf(mine, named)}`] : []),
      ...(theirs.length > 0 ? [`only the other has ${someOf(theirs, named)}`] : []),
      ...(otherwise.length > 0 ? [`of one name but another origin: ${someOf(otherwise, namedOrigins)}`] : []),
    ];
  }

  /** The columns of the best key that are not in the other's; none where a key is not known. */
  unsharedKey(table: TableShape, other: TableShape): readonly string[] {
    if (table.key === null || other.key === null) return [];
    return this.#without(table, table.key, other, other.key);
  }

  /** Whether a column of one of these names or roots is known to be never NULL. */
  isNotNull(shape: TableShape, names: ReadonlySet<string>): boolean {
    return this.#columns(shape, shape.notNull ?? []).all.some(
      ({ normal: name, root }) => names.has(name) || names.has(root),
    );
  }

  /** Of columns of one name but another origin is told apart. */
  #missing(table: TableShape, other: TableShape): readonly string[] {
    if (other.open || other.unseen) return [];
    const names = this.#names(other.columns);
    const missing = this.#without(table, table.columns, other, other.columns);
    const sure = this.#without(table, missing, other, other.unsure ?? []);
    return sure.filter((column) => !names.has(normal(column)));
  }

  /** Those of `columns` that are none of `others`. */
  #without(
    table: TableShape,
    columns: readonly string[],
    other: TableShape,
    others: readonly string[],
  ): readonly string[] {
    if (columns.length === 0 || others.length === 0) return columns;
    if (!table.copies?.size && !other.copies?.size) {
      const [own, names] = [this.#names(columns), this.#names(others)];
      return own.isSubsetOf(names) ? [] : columns.filter((column) => !names.has(normal(column)));
    }
    const known = this.#columns(other, others);
    return this.#columns(table, columns)
      .all.filter((column) => !isAmong(column, known))
      .map(({ name }) => name);
  }

  #ofOtherOrigin(table: TableShape, other: TableShape): string[] {
    if (!table.copies?.size && !other.copies?.size) return [];
    const { byName } = this.#columns(other, other.columns);
    return this.#columns(table, table.columns).all.flatMap((column) => {
      const alike = byName.get(column.normal);
      return alike !== undefined && contradict(column, alike)
        ? [`${column.name} (${column.root} here, ${alike.root} there)`]
        : [];
    });
  }

  #names(columns: readonly string[]): ReadonlySet<string> {
    const known = this.#normal.get(columns);
    if (known) return known;
    const names = new Set(columns.map(normal));
    this.#normal.set(columns, names);
    return names;
  }

  #columns(shape: TableShape, names: readonly string[]): Columns {
    const known = this.#known.get(names);
    if (known) return known;
    const all = names.map((name): Column => {
      const root = this.#rootOf(shape.table, name);
      return { name, normal: normal(name), root, rootTable: root.slice(0, root.lastIndexOf('.')) };
    });
    const columns = {
      all,
      byName: new Map(all.map((column) => [column.normal, column])),
      roots: new Set(all.map(({ root }) => root)),
    };
    this.#known.set(names, columns);
    return columns;
  }
}

function isAmong(column: Column, { roots, byName }: Columns): boolean {
  if (roots.has(column.root)) return true;
  const alike = byName.get(column.normal);
  return alike !== undefined && !contradict(column, alike);
}

/** Two columns of one table. Of two tables they may still be one thing that each has. */
const contradict = (a: Column, b: Column): boolean => a.root !== b.root && a.rootTable === b.rootTable;

/** A name or a text as it is compared: without quotes, case and line breaks. */
export const normal = (text: string): string =>
  text.toLowerCase().replace(/[`"]/g, '').replace(/\s+/g, ' ').trim();

const someOf = (items: readonly string[], shown: number): string =>
  items.slice(0, shown).join(', ') +
  (items.length > shown ? ` and ${items.length - shown} more columns` : '');
