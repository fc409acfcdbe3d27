/** A `unique_key` that merges rows by other columns than those that are tested to be unique. */
import { Dependencies } from '../derive/dependencies.ts';
import type { Run } from '../derive/run.ts';
import type { Examined, Finding } from './finding.ts';
import { placeAt } from './finding.ts';

export function uniqueKeyDiffers({ table, link, made }: Examined): Finding[] {
  const { uniqueKey, mode, line } = made.content;
  if (uniqueKey.length === 0 || (mode !== 'merge' && mode !== 'delete_insert')) return [];
  const tests = link.testedKeys.filter(({ by }) => by === 'test');
  const run = made.runs.at(-1);
  if (run === undefined || tests.length === 0) return [];
  // Rows with the same tested key have the same unique key, so a run replaces what would break the test.
  if (tests.some(({ columns }) => givenBy(columns, uniqueKey, run))) return [];
  const [test] = tests;
  if (test === undefined) return [];
  return [
    {
      kind: 'unique_key_differs',
      table,
      severity: 'medium',
      confidence: uniqueKey.every((name) => run.idOf(name) !== undefined) ? 0.6 : 0.3,
      at: placeAt(made, line),
      what: `Runs replace rows by ${uniqueKey.join(', ')}, while ${test.columns.join(', ')} is tested to be unique: two runs can leave two rows with one ${test.columns.join(', ')}`,
      todo: `Set unique_key to ${test.columns.join(', ')}, or test ${uniqueKey.join(', ')}`,
    },
  ];
}

/** Whether the tested columns fix the unique key within a row, whatever run it comes from. */
function givenBy(tested: readonly string[], uniqueKey: readonly string[], run: Run): boolean {
  const lower = new Set(tested.map((name) => name.toLowerCase()));
  if (uniqueKey.every((name) => lower.has(name.toLowerCase()))) return true;
  const [from, to] = [tested, uniqueKey].map((names) => names.map((name) => run.idOf(name)));
  if (!from?.every((id) => id !== undefined) || !to?.every((id) => id !== undefined)) return false;
  const within = run.known.dependencies.filter((dependency) => dependency.local);
  return new Dependencies(within, run.known.notNull).determines(from, to) !== null;
}
