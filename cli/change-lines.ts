/** How a night differs from one of an earlier date, as a person reads it. Pure. */
import { oneLine } from '../knowledge/plain-text.ts';
import type { Changes, CutList } from '../schema/contracts/changes.ts';
import { count, type Terminal } from './terminal.ts';

/** `most`: lines of each list. `command` shows what is cut. Empty where they are the same. */
export function* changeLines(
  changes: Changes,
  most: number,
  command: string,
  { style }: Pick<Terminal, 'style'>,
): Generator<string> {
  function* list<T>(label: string, items: CutList<T>, what: string, words: (item: T) => string) {
    if (items.count === 0) return;
    yield `  ${style('dim', label.padEnd(14))}${count(items.count, what)}`;
    for (const item of items.listed.slice(0, most)) yield `    ${oneLine(words(item))}`;
    const left = items.count - Math.min(most, items.listed.length);
    if (left > 0) yield style('dim', `    and ${left.toLocaleString('en-US')} more: ${command}`);
  }
  const lines = [
    ...list('new', changes.newTables, 'table', (table) => table),
    ...list('retired', changes.retiredTables, 'table', (table) => table),
    ...list('changed', changes.changedTables, 'table', ({ table, fields }) => `${table}: ${fields.join(', ')}`),
    ...list('grain', changes.grainChanges, 'change', ({ table, before, after }) => `${table}: ${before ?? 'unknown'} → ${after ?? 'unknown'}`),
    ...list('lost upstream', changes.lostUpstreams, 'edge', ({ table, upstream, retired }) => `${table} no longer reads ${upstream}${retired ? ', which is retired' : ''}`),
    ...list('conflicts', changes.newConflicts, 'new conflict', ({ table, field, words }) => `${table}, ${field.replaceAll('_', ' ')}: ${words}`),
    ...list('diagnostics', changes.newDiagnostics, 'new diagnostic', ({ code, path, line, message }) => `${code} ${path}${line === undefined ? '' : `:${line}`} ${message}`),
  ]; // prettier-ignore
  if (lines.length === 0) return;
  yield style('bold', `Against the night of ${changes.since.asOf}, the last one of an earlier date`);
  yield* lines;
}
