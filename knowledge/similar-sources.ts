/** What tables are built from, as far up as the code goes, and what sets two of them apart in that. */
import type { TableShape } from './similar.ts';
import { byText } from './trust-order.ts';

const named = 2;

export class Sources {
  readonly #shapes: ReadonlyMap<string, TableShape>;
  readonly #hidden: ReadonlySet<string>;
  readonly #furtherUp = new Map<string, ReadonlySet<string>>();

  /** `hidden`: those that stand between others and are kept nowhere; told by what they read. */
  constructor(shapes: readonly TableShape[], hidden: readonly TableShape[]) {
    this.#shapes = new Map([...shapes, ...hidden].map((shape) => [shape.table, shape]));
    this.#hidden = new Set(hidden.map(({ table }) => table));
  }

  /** The tables that it reads, by name, without itself and without hidden ones. */
  of({ table }: TableShape): string[] {
    return [...this.#reached(table, (source) => this.#hidden.has(source))]
      .filter((source) => source !== table && !this.#hidden.has(source))
      .sort(byText);
  }

  /** All that rows or values of `table` may come from, hidden ones too. */
  furtherUp(table: string): ReadonlySet<string> {
    const known = this.#furtherUp.get(table);
    if (known) return known;
    const found = this.#reached(table, () => true);
    // A table meets the same few again and again, in turn; all at once would be the square of the lineage.
    if (this.#furtherUp.size >= mostKept) this.#furtherUp.clear();
    this.#furtherUp.set(table, found);
    return found;
  }

  shapesFurtherUp(table: string): TableShape[] {
    return [...this.furtherUp(table)].flatMap((source) => this.#shapes.get(source) ?? []);
  }

  isBuiltFrom(table: TableShape, source: TableShape): boolean {
    return table.table !== source.table && this.furtherUp(table.table).has(source.table);
  }

  /** Whether `source` is all that `table` reads. */
  isBuiltFromAlone(table: TableShape, source: TableShape): boolean {
    return this.of(table).join() === source.table;
  }

  /** What each reads that the other does not; nothing of two of which one is built from the other. */
  differences(table: TableShape, other: TableShape): string[] {
    if (this.isBuiltFrom(table, other) || this.isBuiltFrom(other, table)) return [];
    const [mine, theirs] = [this.of(table), this.of(other)];
    if (mine.length === 0 || theirs.length === 0) return [];
    if (!mine.some((source) => theirs.includes(source)))
      return [`reads ${listOf(mine)} here, ${listOf(theirs)} there`];
    const only = (own: readonly string[], not: readonly string[], whose: TableShape): string[] =>
      own.filter((source) => !not.includes(source) && !this.furtherUp(whose.table).has(source));
    const [here, there] = [only(mine, theirs, other), only(theirs, mine, table)];
    return [
      ...(here.length > 0 ? [`only this one reads ${listOf(here)}`] : []),
      ...(there.length > 0 ? [`only the other reads ${listOf(there)}`] : []),
    ];
  }

  /** Which of the two is built from which. */
  descent(table: TableShape, other: TableShape): string[] {
    return [
      ...this.#builtFrom(table, other, 'this one', 'the other'),
      ...this.#builtFrom(other, table, 'the other', 'this one'),
    ];
  }

  #builtFrom(table: TableShape, source: TableShape, whose: string, from: string): string[] {
    if (!this.isBuiltFrom(table, source)) return [];
    const direct = this.of(table);
    const between = direct.filter((one) => one === source.table || this.furtherUp(one).has(source.table));
    const through = direct.includes(source.table) ? '' : ` through ${listOf(between)}`;
    const more = direct.includes(source.table)
      ? direct.filter((one) => one !== source.table)
      : direct.filter((one) => !between.includes(one));
    const also = more.length > 0 ? ` and also reads ${listOf(more)}` : '';
    return [`${whose} is built from ${from}${through}${also}`];
  }

  #reached(table: string, goesOn: (source: string) => boolean): Set<string> {
    const found = new Set<string>();
    const open = [table];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const source of this.#shapes.get(at)?.upstream ?? []) {
        if (found.has(source)) continue;
        found.add(source);
        if (goesOn(source)) open.push(source);
      }
    }
    return found;
  }
}

const mostKept = 5_000;

const listOf = (tables: readonly string[]): string =>
  tables.slice(0, named).join(', ') + (tables.length > named ? ` and ${tables.length - named} more` : '');
