import type { Build } from '../schema/contracts/facts.ts';
import { nameKey } from './table-name.ts';

/** An insert after a delete from the same table by the same task or function replaces what was deleted: the partition, most often. */
export function deleteThenInsert(builds: readonly Build[]): Build[] {
  return builds.map((build, at) => {
    if (build.write !== 'append') return build;
    const key = nameKey(build.target);
    const emptied = builds
      .slice(0, at)
      .some((other) => other.write === 'delete' && other.by === build.by && nameKey(other.target) === key);
    return emptied ? { ...build, write: 'partition_overwrite' } : build;
  });
}
