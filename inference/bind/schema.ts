/** The visible columns of a relation, in order, as far as they are known. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { ColumnId } from './bound.ts';

/** Columns that are there but not known: `*` of a table whose columns nobody says. */
export interface OpenStar {
  /** The number of a column by its name; null when this source cannot have it. */
  readonly ask: (name: string) => ColumnId | null;
  /** The tables whose columns they are. */
  readonly of: readonly TableId[];
  /** The fields of an array's element that has a name of its own: code reads them through that name, so other stars are asked first. */
  readonly element?: true;
  /** The names of all these fields, in order, where the code shows the struct being made. */
  readonly fields?: readonly string[];
}

export interface NamedColumn {
  /** As the code writes it; '' when the dialect makes one up. */
  readonly name: string;
  readonly id: ColumnId;
}

export type SchemaItem = NamedColumn | OpenStar;

export const isOpen = (item: SchemaItem): item is OpenStar => 'ask' in item;
export const isNamed = (item: SchemaItem): item is NamedColumn => !isOpen(item);

/** The stars that a name without a qualifier can be behind. */
function likeliest(stars: readonly OpenStar[]): readonly OpenStar[] {
  const others = stars.filter((star) => !star.element);
  return others.length > 0 ? others : stars;
}

export class Schema {
  readonly items: readonly SchemaItem[];
  readonly #named = new Map<string, ColumnId>();
  readonly #asked = new Map<string, ColumnId | null>();

  constructor(items: readonly SchemaItem[]) {
    this.items = items;
    for (const item of items) {
      if (isOpen(item)) continue;
      const name = item.name.toLowerCase();
      if (!this.#named.has(name)) this.#named.set(name, item.id);
    }
  }

  get open(): boolean {
    return this.items.some(isOpen);
  }

  /** Open only to the fields of named elements. */
  get elementOnly(): boolean {
    return this.items.filter(isOpen).every((item) => item.element);
  }

  get columns(): readonly NamedColumn[] {
    return this.items.filter(isNamed);
  }

  /** Columns that were found behind a star because the query named them. */
  get asked(): readonly NamedColumn[] {
    return [...this.#asked].flatMap(([name, id]) => (id === null ? [] : [{ name, id }]));
  }

  /** The numbers of all columns known by now. */
  ids(): ColumnId[] {
    return [...new Set([...this.columns, ...this.asked].map((column) => column.id))];
  }

  /** A column that is certainly there. */
  known(name: string): ColumnId | undefined {
    return this.#named.get(name.toLowerCase());
  }

  /** A column by name, also behind a star when exactly one star can have it. */
  find(name: string): ColumnId | null {
    const key = name.toLowerCase();
    const named = this.#named.get(key);
    if (named !== undefined) return named;
    const before = this.#asked.get(key);
    if (before !== undefined) return before;
    const stars = likeliest(this.items.filter(isOpen));
    const found = stars.length === 1 ? (stars[0]?.ask(name) ?? null) : null;
    this.#asked.set(key, found);
    return found;
  }
}
