/** Keys of tables to which runs only add rows. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { BoundQuery, ColumnId } from '../bind/bound.ts';
import { unmatchedPairs } from './match.ts';
import { reason } from './reason.ts';
import type { Run } from './run.ts';
import { containsAll, widened } from './run-keys.ts';
import type { TableKey } from './run-keys.ts';
import type { Write } from './write.ts';

/** The runs that meet what others have added. */
const later = (runs: readonly Run[], { firstOnce }: Write): readonly Run[] =>
  firstOnce ? runs.slice(1) : runs;

/** `WHERE id NOT IN (SELECT id FROM this)`: runs add only rows whose values the table does not hold. */
export function notYetThere(key: TableKey, runs: readonly Run[], write: Write): TableKey | null {
  const found = later(runs, write).map((run) => {
    for (const predicate of run.known.predicates) {
      const pairs = unmatchedPairs(predicate.value) ?? [];
      const names = pairs.map(({ left, right }) => {
        const name = run.columns.find((column) => column.id === left)?.name;
        return name !== undefined && isOwnColumn(right, name, run, write.table) ? name : null;
      });
      if (names.length > 0 && names.every((name) => name !== null)) return { run, names, predicate };
    }
    return null;
  });
  if (!found.every((one) => one !== null)) return null;
  const names = [...new Set(found.flatMap((one) => one.names))];
  if (!runs.every((run) => containsAll(run, key.columns, names))) return null;
  // a row with NULL meets nobody, and so may be added by every run
  const present = runs.every((run) => names.every((name) => run.known.notNull.has(run.idOf(name) ?? -1)));
  if (!present && !names.every((name) => key.columns.includes(name))) return null;
  return {
    ...key,
    weak: key.weak || !present,
    nulls: present || key.nulls === 'none' ? key.nulls : 'allowed',
    why: reason(
      `each run adds only rows whose ${names.join(', ')} the table does not hold`,
      found[0]?.predicate.line ?? write.line,
      [key.why],
    ),
  };
}

/** `WHERE ts > (SELECT MAX(ts) FROM this)`: rows of different runs differ in `ts`. */
export function behindWatermark(key: TableKey, runs: readonly Run[], write: Write): TableKey | null {
  const [first = [], ...others] = later(runs, write).map((run) => watermarks(run, write.table));
  const mark = first.find(({ name }) => others.every((marks) => marks.some((other) => other.name === name)));
  if (!mark) return null;
  const why = reason(`each run adds only rows with ${mark.name} above all before`, mark.line ?? write.line, [
    key.why,
  ]);
  return widened(key, [mark.name], runs, why);
}

interface Watermark {
  readonly name: string;
  readonly line: number | undefined;
}

const watermarks = (run: Run, table: TableId): Watermark[] =>
  run.known.predicates.flatMap(({ value, line }) => {
    const flipped = value.ex === 'binary' && value.op === '<';
    if (value.ex !== 'binary' || (value.op !== '>' && !flipped)) return [];
    const [column, limit] = flipped ? [value.right, value.left] : [value.left, value.right];
    if (column.ex !== 'ref' || limit.ex !== 'subquery' || limit.kind !== 'scalar') return [];
    const name = run.columns.find((each) => each.id === column.id)?.name;
    return name !== undefined && isOwnMaximum(limit.query, name, run, table) ? [{ name, line }] : [];
  });

/** `SELECT MAX(ts) FROM this`, of all its rows. */
function isOwnMaximum({ node, schema }: BoundQuery, name: string, run: Run, table: TableId): boolean {
  if (node.op !== 'group' || node.keys?.length !== 0) return false;
  const value = node.columns.find(({ id }) => id === schema.columns[0]?.id)?.value;
  const inner = value?.ex === 'call' && /^(coalesce|ifnull|nvl)$/.test(value.name) ? value.args[0] : value;
  if (inner?.ex !== 'call' || inner.name !== 'max' || inner.filter) return false;
  const [argument] = inner.args;
  return (
    argument?.ex === 'ref' &&
    run.prover.derive(node.input).whole.has(argument.id) &&
    isOwnColumn(argument.id, name, run, table)
  );
}

function isOwnColumn(id: ColumnId, name: string, run: Run, table: TableId): boolean {
  const origins = run.lineage.carried(id);
  const [only] = origins;
  return origins.length === 1 && only?.table === table && only.column.toLowerCase() === name.toLowerCase();
}
