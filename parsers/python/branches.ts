import { readsOf } from '../../schema/contracts/relation-walk.ts';
import { uniqueNames } from '../table-name.ts';
import type { Value } from './values.ts';

/** Puts the names after an `if` together: `names` are those before it, `ends` those after each branch. Where branches disagree about a frame, its
 * rows are not known but all its sources stay; about anything else, the last branch that knows a value is taken. */
export function mergeBranches(
  names: Map<string, Value>,
  ends: readonly ReadonlyMap<string, Value>[],
  hasElse: boolean,
): void {
  const changed = new Set(
    ends.flatMap((end) => [...end].filter(([key, value]) => names.get(key) !== value).map(([key]) => key)),
  );
  for (const key of changed) {
    const before = hasElse ? [] : [names.get(key)];
    const values = [...before, ...ends.map((end) => end.get(key))].filter((value) => value !== undefined);
    const merged = mergeValues(values);
    if (merged !== undefined) names.set(key, merged);
  }
}

function mergeValues(values: readonly Value[]): Value | undefined {
  const known = values.filter((value) => value.is !== 'none' && value.is !== 'unknown');
  const frames = known.filter((value) => value.is === 'frame');
  const distinct = [...new Set(frames.map((frame) => frame.relation))];
  const last = frames[frames.length - 1];
  if (last !== undefined && distinct.length > 1) {
    const reads = uniqueNames(distinct.flatMap((relation) => readsOf(relation)));
    return {
      ...last,
      relation: { op: 'opaque', reads, reason: 'built differently in different branches' },
      qualifiers: [],
    };
  }
  return known[known.length - 1] ?? values[values.length - 1];
}
