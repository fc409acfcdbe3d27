/** What a night changed against the one before it. Pure: over cards and diagnostics of both. */
import type { Card } from '../../schema/contracts/card.ts';
import type { Changes, CutList } from '../../schema/contracts/changes.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { changedFields, conflictWords, grainWords } from '../card-changes.ts';
import { clip, oneLine } from '../plain-text.ts';

type Item<List extends keyof Omit<Changes, 'since'>> = Changes[List]['listed'][number];

/** What changed of one table. */
export interface TableChanges {
  /** Empty: the cards say the same. */
  readonly fields: readonly string[];
  readonly grain: Pick<Item<'grainChanges'>, 'before' | 'after'> | null;
  /** Tables that it no longer reads. */
  readonly lostUpstreams: readonly string[];
  readonly newConflicts: readonly Item<'newConflicts'>[];
}

/** `before` null: the table is new; then only its conflicts count. */
export function tableChanges(before: Card | null, after: Card): TableChanges {
  const known = new Set(before?.conflicts.map(conflictWords));
  const newConflicts = after.conflicts
    .filter((conflict) => !known.has(conflictWords(conflict)))
    .map(({ field, words }) => ({ table: after.table, field, words: clip(oneLine(words), longest) }));
  if (before === null) return { fields: [], grain: null, lostUpstreams: [], newConflicts };
  const [old, fresh] = [grainWords(before), grainWords(after)];
  const read = new Set(after.upstream.map(({ table }) => table));
  return {
    fields: changedFields(before, after),
    grain: old === fresh ? null : { before: old, after: fresh },
    lostUpstreams: before.upstream.map(({ table }) => table).filter((table) => !read.has(table)),
    newConflicts,
  };
}

const longest = 300;

/** Those that the night before did not have. The same message of the same file counts as the same, whatever its line. */
export function newDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
): Item<'newDiagnostics'>[] {
  const name = ({ code, path, message }: Diagnostic) => JSON.stringify([code, path, message]);
  const left = new Map<string, number>();
  for (const one of before) left.set(name(one), (left.get(name(one)) ?? 0) + 1);
  return after
    .filter((one) => {
      const times = left.get(name(one)) ?? 0;
      left.set(name(one), times - 1);
      return times <= 0;
    })
    .map(({ code, path, line, message }) => ({
      code,
      path,
      ...(line === undefined ? {} : { line }),
      message: clip(oneLine(message), longest),
    }));
}

/** Counts all that is added and keeps the first. */
export class CutListBuilder<T> implements CutList<T> {
  count = 0;
  readonly listed: T[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(items: readonly T[]): void {
    this.count += items.length;
    for (const item of items.slice(0, Math.max(0, this.#most - this.listed.length))) this.listed.push(item);
  }

  build(): { count: number; listed: T[] } {
    return { count: this.count, listed: this.listed };
  }
}
