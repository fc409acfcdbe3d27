/** Whether columns determine others, and nothing else: what most of the search for keys asks, thousands of times of the same dependencies. */
import type { ColumnId } from '../bind/bound.ts';
import type { Dependency } from './dependencies.ts';

export class Reach {
  /** Columns that some dependency names, numbered from 0. */
  readonly #numbers = new Map<ColumnId, number>();
  /** By column: the dependencies that begin at it. */
  readonly #uses: number[][] = [];
  /** By dependency: what it gives, and from how many columns. */
  readonly #gives: number[][];
  readonly #sizes: Int32Array;
  readonly #always: readonly number[];

  constructor(dependencies: readonly Dependency[]) {
    this.#sizes = new Int32Array(dependencies.length);
    this.#gives = dependencies.map(({ to }) => to.map((id) => this.#numberOf(id)));
    for (const [index, { from }] of dependencies.entries()) {
      const distinct = new Set(from);
      this.#sizes[index] = distinct.size;
      for (const id of distinct) this.#uses[this.#numberOf(id)]?.push(index);
    }
    this.#always = [...this.#sizes.keys()].filter((index) => this.#sizes[index] === 0);
  }

  #numberOf(id: ColumnId): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.#uses.length);
    return this.#uses.push([]) - 1;
  }

  reaches(start: readonly ColumnId[], targets: readonly ColumnId[]): boolean {
    const missing = this.#sizes.slice();
    const seen = new Uint8Array(this.#uses.length);
    const open: number[] = [];
    const see = (column: number): void => {
      if (seen[column] === 1) return;
      seen[column] = 1;
      open.push(column);
    };
    for (const id of start) {
      const column = this.#numbers.get(id);
      if (column !== undefined) see(column);
    }
    for (const index of this.#always) for (const column of this.#gives[index] ?? []) see(column);
    for (let column = open.pop(); column !== undefined; column = open.pop())
      for (const index of this.#uses[column] ?? []) {
        const left = (missing[index] ?? 0) - 1;
        missing[index] = left;
        if (left === 0) for (const given of this.#gives[index] ?? []) see(given);
      }
    return targets.every((id) => seen[this.#numbers.get(id) ?? -1] === 1 || start.includes(id));
  }
}
