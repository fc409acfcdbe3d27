import picomatch from 'picomatch';
import type { RunHandle } from './contract.ts';

type Scope = Pick<RunHandle, 'table' | 'tables'>;

/** Whether a run is for all tables of its repository. */
export const isWhole = ({ table, tables }: Scope): boolean => table === null && tables === null;

/** For reading the ledger: the table that a run is for. Absent where there may be several, of which `inScope` takes those wanted. */
export const onlyTable = ({ table }: Scope): readonly [string] | undefined =>
  table === null ? undefined : [table];

/** Whether a run is for the table: a single table, a glob of them, or all. */
export function inScope(handle: Scope): (table: string) => boolean {
  const { table: only, tables } = handle;
  if (only !== null) return (table) => table === only;
  return tables === null ? () => true : picomatch(tables, { nocase: true });
}

/** Those of the tables that are wanted, and all that they rest on; both are keys of `upstream` or named by it. */
export function withUpstream(
  upstream: ReadonlyMap<string, readonly string[]>,
  wanted: (table: string) => boolean,
): ReadonlySet<string> {
  const needed = new Set<string>();
  const queue = [...upstream.keys()].filter((table) => wanted(table));
  for (let table = queue.pop(); table !== undefined; table = queue.pop()) {
    if (needed.has(table)) continue;
    needed.add(table);
    queue.push(...(upstream.get(table) ?? []));
  }
  return needed;
}
