import picomatch from 'picomatch';
import type { RunHandle } from './contract.ts';

/** Whether a run is for the table: a single table, a glob of them, or all. */
export function inScope(handle: Pick<RunHandle, 'table' | 'tables'>): (table: string) => boolean {
  const { table: only, tables } = handle;
  if (only !== null) return (table) => table === only;
  return tables === null ? () => true : picomatch(tables, { nocase: true });
}
