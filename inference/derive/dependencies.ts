/**
 * Functional dependencies between columns, and what follows from them. NULL counts as a value like any other, except in weak dependencies.
 */
import type { ColumnId } from '../bind/bound.ts';
import { Reach } from './reach.ts';
import type { Reason } from './reason.ts';

/** Rows that agree in `from` agree in `to`. */
export interface Dependency {
  readonly from: readonly ColumnId[];
  readonly to: readonly ColumnId[];
  readonly why: Reason;
  /** Columns of `from`: it holds only among rows where none of these is NULL. */
  readonly weak?: readonly ColumnId[];
  /** Columns of `to` that are not NULL where no column of `from` is. */
  readonly present?: readonly ColumnId[];
  /** Follows from what is computed within a row, and so holds between rows of different runs too. */
  readonly local?: true;
}

/** What a set of columns determines. `weak`: only among rows where the columns of the set are not NULL. */
export interface Determined {
  readonly weak: boolean;
  readonly used: readonly Dependency[];
}

/** A set of columns that determines what was asked for, none of which can be spared. */
export interface Determinant extends Determined {
  readonly columns: readonly ColumnId[];
}

const mostDeterminants = 24;
const mostSteps = 160;

export class Dependencies {
  readonly #all: readonly Dependency[];
  readonly #byColumn = new Map<ColumnId, number[]>();
  readonly #notNull: ReadonlySet<ColumnId>;
  readonly #sizes: readonly number[];
  readonly #constant: readonly Dependency[];
  readonly #anyWeak: boolean;
  /** Of the dependencies that are not weak. */
  #strong: Reach | null = null;

  constructor(all: readonly Dependency[], notNull: ReadonlySet<ColumnId>) {
    this.#all = all;
    this.#notNull = notNull;
    this.#sizes = all.map((dependency) => new Set(dependency.from).size);
    this.#constant = all.filter((dependency) => dependency.from.length === 0);
    this.#anyWeak = all.some((dependency) => this.#isWeak(dependency));
    for (const [index, { from }] of all.entries())
      for (const id of new Set(from)) {
        const list = this.#byColumn.get(id);
        if (list) list.push(index);
        else this.#byColumn.set(id, [index]);
      }
  }

  /** Whether it holds only for some of the rows that are known. */
  #isWeak(dependency: Dependency): boolean {
    return dependency.weak?.some((id) => !this.#notNull.has(id)) ?? false;
  }

  /** Everything that the columns determine → the dependency that gave it (null for the columns themselves). Proofs without assumptions
   * and without weak dependencies come first; `strict` leaves weak ones out. `until`: it is enough when these are reached. */
  closure(
    start: Iterable<ColumnId>,
    strict = false,
    until: readonly ColumnId[] | null = null,
  ): Map<ColumnId, Dependency | null> {
    const reached = new Map<ColumnId, Dependency | null>();
    const solid = new Set<ColumnId>(start); // not NULL where no column of the start is
    const wanted = until === null ? null : new Set(until);
    const missing = this.#sizes.slice();
    const waiting: Dependency[][] = [[], [], []];
    let blocked: Dependency[] = [];
    const isSolid = (id: ColumnId): boolean => solid.has(id) || this.#notNull.has(id);
    const ready = (dependency: Dependency): void => {
      const weak = this.#isWeak(dependency);
      if (weak && strict) return;
      if (weak && !dependency.weak?.every(isSolid)) blocked.push(dependency);
      else waiting[dependency.why.assumed ? 2 : weak ? 1 : 0]?.push(dependency);
    };
    const reach = (id: ColumnId, by: Dependency | null): void => {
      if (reached.has(id)) return;
      reached.set(id, by);
      wanted?.delete(id);
      for (const index of this.#byColumn.get(id) ?? []) {
        const left = (missing[index] ?? 0) - 1;
        missing[index] = left;
        const dependency = this.#all[index];
        if (left === 0 && dependency) ready(dependency);
      }
    };
    const strengthen = (dependency: Dependency): void => {
      if (strict || !dependency.present || !dependency.from.every(isSolid)) return;
      for (const id of dependency.present) solid.add(id);
      const again = blocked;
      blocked = [];
      for (const other of again) ready(other);
    };
    for (const dependency of this.#constant) ready(dependency);
    for (const id of [...solid]) reach(id, null);
    while (wanted?.size !== 0) {
      const next = waiting[0]?.pop() ?? waiting[1]?.shift() ?? waiting[2]?.shift();
      if (!next) break;
      for (const id of next.to) reach(id, next);
      strengthen(next);
    }
    return reached;
  }

  /** Whether the columns determine all of the targets, without the proof. */
  #reaches(start: readonly ColumnId[], targets: readonly ColumnId[], strict: boolean): boolean {
    if (strict || !this.#anyWeak) {
      this.#strong ??= new Reach(this.#anyWeak ? this.#all.filter((one) => !this.#isWeak(one)) : this.#all);
      return this.#strong.reaches(start, targets);
    }
    const reached = this.closure(start, strict, targets);
    return targets.every((id) => reached.has(id));
  }

  /** Whether the columns determine all of the targets; null when not known to. */
  determines(start: readonly ColumnId[], targets: readonly ColumnId[], strict = false): Determined | null {
    const reached = this.closure(start, strict, targets);
    if (!targets.every((id) => reached.has(id))) return null;
    const used = new Set<Dependency>();
    const seen = new Set<ColumnId>();
    const visit = (id: ColumnId): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const by = reached.get(id);
      if (!by) return;
      used.add(by);
      for (const from of by.from) visit(from);
    };
    for (const id of targets) visit(id);
    return { weak: [...used].some((dependency) => this.#isWeak(dependency)), used: [...used] };
  }

  /** The columns without those that the others determine; what stands last goes first. */
  minimise(columns: readonly ColumnId[], targets: readonly ColumnId[], strict = false): Determinant | null {
    let kept = [...new Set(columns)];
    if (!this.#reaches(kept, targets, strict)) return null;
    // whole blocks first: of hundreds of columns few are needed
    for (let size = kept.length >> 1; size >= 1; size >>= 1) {
      for (let end = kept.length; end > 0; end -= size) {
        const fewer = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
        if (this.#reaches(fewer, targets, strict)) kept = fewer;
      }
    }
    if (kept.length === 1 && this.#reaches([], targets, strict)) kept = [];
    const proof = this.determines(kept, targets, strict);
    return proof && { ...proof, columns: kept };
  }

  /**
   * Minimal sets of `allowed` columns that determine the targets: starting from the targets themselves, what a dependency gives is exchanged for what it
   * needs. Bounded, so not always all of them; a set that is returned is proved.
   */
  determinants(targets: readonly ColumnId[], allowed: ReadonlySet<ColumnId>, most: number): Determinant[] {
    const found: Determinant[] = [];
    const texts = new Set<string>();
    const add = (columns: readonly ColumnId[]): void => {
      for (const strict of this.#anyWeak ? [true, false] : [true]) {
        const minimal = this.minimise(ordered(columns, allowed), targets, strict);
        const text = minimal ? textOf(minimal.columns) : '';
        if (!minimal || texts.has(text)) continue;
        texts.add(text);
        found.push(minimal);
      }
    };
    add(targets);
    let steps = 0;
    for (let i = 0; i < found.length && found.length < mostDeterminants; i++) {
      const set = found[i]?.columns ?? [];
      for (const dependency of this.#all) {
        const given = dependency.to.filter((id) => set.includes(id) && !dependency.from.includes(id));
        if (given.length === 0) continue;
        if (steps++ > mostSteps || found.length >= mostDeterminants) break;
        add([...dependency.from, ...set.filter((id) => !given.includes(id))]);
      }
    }
    const visible = found.filter((set) => set.columns.every((id) => allowed.has(id)));
    if (visible.length === 0) {
      const all = this.minimise([...allowed], targets);
      if (all) visible.push(all);
    }
    return visible.sort((a, b) => a.columns.length - b.columns.length).slice(0, most);
  }
}

const textOf = (columns: readonly ColumnId[]): string => [...columns].sort((a, b) => a - b).join();

/** Visible columns first, so that minimising drops hidden ones where it can. */
function ordered(columns: readonly ColumnId[], allowed: ReadonlySet<ColumnId>): ColumnId[] {
  return [...columns.filter((id) => allowed.has(id)), ...columns.filter((id) => !allowed.has(id))];
}
