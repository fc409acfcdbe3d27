/** The names that an expression may use where it stands. */
import type { ColumnExpression } from '../../schema/contracts/relation.ts';

/** A relation of FROM. `elements`: of an unnested array, what its columns are called here; the empty name is the element itself. */
interface Source {
  readonly elements: ReadonlyMap<string, string> | null;
}

export class Scope {
  readonly #outer: Scope | null;
  readonly #sources = new Map<string, Source>();
  readonly #elements = new Map<string, string>();
  #unnested = false;

  constructor(outer: Scope | null) {
    this.#outer = outer;
  }

  addTable(alias: string): void {
    this.#sources.set(alias.toLowerCase(), { elements: null });
  }

  /** `columns`: name in the code → text in SQLite. */
  addElements(alias: string, columns: ReadonlyMap<string, string>): void {
    this.#unnested = true;
    this.#sources.set(alias.toLowerCase(), { elements: columns });
    for (const [name, text] of columns) this.#elements.set(name || alias.toLowerCase(), text);
  }

  /** An output column that later ones may name. */
  addAlias(name: string, text: string): void {
    this.#elements.set(name.toLowerCase(), text);
  }

  /** True where `*` would bring the columns that SQLite gives an unnested array. */
  get hasElements(): boolean {
    return this.#unnested;
  }

  /** The column's text, and the struct fields that are still to be taken from it. */
  column({ qualifier = [], name }: ColumnExpression): { text: string; fields: readonly string[] } {
    const path = [...qualifier, name];
    for (let i = qualifier.length - 1; i >= 0; i--) {
      const source = this.#source(path[i] as string);
      if (source === null) continue;
      const [column, ...fields] = path.slice(i + 1) as [string, ...string[]];
      if (source.elements === null) return { text: `${quote(path[i] as string)}.${quote(column)}`, fields };
      const named = source.elements.get(column.toLowerCase());
      if (named !== undefined) return { text: named, fields };
      return { text: source.elements.get('') ?? 'null', fields: [column, ...fields] };
    }
    const [first, ...fields] = path as [string, ...string[]];
    return { text: this.#element(first) ?? quote(first), fields };
  }

  #source(alias: string): Source | null {
    return (
      this.#sources.get(alias.toLowerCase()) ?? (this.#outer === null ? null : this.#outer.#source(alias))
    );
  }

  #element(name: string): string | null {
    return (
      this.#elements.get(name.toLowerCase()) ?? (this.#outer === null ? null : this.#outer.#element(name))
    );
  }
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
