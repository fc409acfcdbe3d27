/** Finds the tables that a name typed by a person means. */
import type { TableId } from '../../schema/contracts/names.ts';
import { tableIdParts } from './table-id.ts';

export type TableMatch =
  | { readonly table: TableId }
  /** Several ids end in the name. */
  | { readonly several: readonly TableId[] }
  /** None does; at most five whose own name comes near, nearest first. */
  | { readonly near: readonly TableId[] };

/** The table whose id is `name`, else the only one whose id ends in it, at a dot; letter case does not count. */
export function matchTable(name: string, tables: readonly TableId[]): TableMatch {
  if (tables.includes(name)) return { table: name };
  const asked = tableIdParts(name).map((part) => part.toLowerCase());
  const fitting = tables.filter((id) => {
    const end = tableIdParts(id).slice(-asked.length);
    return end.length === asked.length && end.every((part, i) => part.toLowerCase() === asked[i]);
  });
  const whole = fitting.filter((id) => tableIdParts(id).length === asked.length);
  const [only, ...others] = whole.length > 0 ? whole : fitting;
  if (only === undefined || asked.length === 0) return { near: nearest(asked.at(-1) ?? '', tables) };
  return others.length === 0 ? { table: only } : { several: [only, ...others].sort() };
}

const mostNear = 5;

/** Names at an edit distance of at most a third of their length, and names that hold the one asked for or the other way round. */
function nearest(name: string, tables: readonly TableId[]): TableId[] {
  if (name === '') return [];
  const limit = Math.max(2, Math.floor(name.length / 3));
  return tables
    .map((id) => {
      const own = (tableIdParts(id).at(-1) ?? '').toLowerCase();
      const shares = own.length > 2 && name.length > 2 && (own.includes(name) || name.includes(own));
      return { id, distance: Math.min(editDistance(name, own, limit), shares ? limit : Infinity) };
    })
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1))
    .slice(0, mostNear)
    .map(({ id }) => id);
}

/** Levenshtein's distance; Infinity when the lengths alone differ by more than the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
