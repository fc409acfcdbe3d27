/** How runs come together in the table, and what that does to the key of one run. */
import type { ClaimValue } from '../../schema/contracts/claims.ts';
import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { TableRuns } from '../derive/table-runs.ts';
import type { WhyStep } from './why-grain.ts';

const words: Readonly<Record<WriteMode, string>> = {
  replace: 'written whole by each run',
  append: 'each run adds rows',
  merge: 'each run merges its rows in',
  delete_insert: 'each run deletes rows and inserts its own',
  partition_overwrite: 'each run replaces whole partitions',
  update: 'later statements change rows',
  delete: 'statements delete rows',
  snapshot: 'a snapshot keeps every version of a row',
  define: 'only the shape is defined',
};

export function writeText({ content, placeOf }: TableRuns, grain: ClaimValue<'grain'>): WhyStep {
  const by = content.mode === 'partition_overwrite' ? content.partitionBy : content.uniqueKey;
  const on = by.length > 0 && content.mode !== 'replace' ? ` (${by.join(', ')})` : '';
  const [best] = grain.keys;
  const whole = best?.scope === 'table';
  return {
    text: `${words[content.mode]}${on}`,
    ...(content.line === undefined ? {} : placeOf(content.line)),
    effect:
      best === undefined ? 'none' : whole ? (content.mode === 'replace' ? 'keeps' : 'changes') : 'loses',
    key: whole ? best.columns : null,
    notes: best && !whole ? [`(${best.columns.join(', ')}) holds within one run only`] : [],
  };
}
