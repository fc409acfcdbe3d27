/**
 * Tries the keys of a table on random databases: SQLite in memory runs the table's own queries, arbitrary functions stand for what is not known. A
 * table that is not written whole is filled by three runs, each on other data, and the last one again.
 */
import { contentOf, type Content } from '../../inference/derive/content.ts';
import type { DeriveInput, DerivedTable } from '../../inference/derive/derive.ts';
import { standsForNull } from '../../inference/derive/injective.ts';
import type { InterfaceKey } from '../../inference/derive/interface.ts';
import type { SqlValue } from '../../inference/refute/functions.ts';
import { literalsOf } from '../../inference/refute/literals.ts';
import { randomOf } from '../../inference/refute/random.ts';
import type { Row } from '../../inference/refute/random-rows.ts';
import { Unsupported } from '../../inference/refute/unsupported.ts';
import { writeRows, type Tuple, type Writing } from '../../inference/refute/write-rows.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import { Arena, type Runnable } from './arena.ts';

export interface Counterexample {
  /** The columns of the proved key. */
  readonly key: readonly string[];
  /** Two rows of the table that agree in them. */
  readonly rows: readonly [Row, Row];
  /** The rows of each table read by the last run. */
  readonly database: Readonly<Record<TableId, readonly Row[]>>;
  /** The query of the last run. */
  readonly sql: string;
  readonly seed: number;
}

/**
 * `untried`: why not, a short phrase that many tables share. `control`: of the keys with one column left out, those that the same rows refuted; a
 * search that refutes few of them says little.
 */
export type Trial =
  | {
      readonly outcome: 'held';
      readonly rows: number;
      readonly control: { readonly keys: number; readonly refuted: number };
    }
  | { readonly outcome: 'refuted'; readonly counterexample: Counterexample }
  | { readonly outcome: 'untried'; readonly reason: string };

export interface TrialOptions {
  readonly databases: number;
  readonly seed: number;
}

/** Looks for a counterexample to each proved key. Deterministic for a seed. */
export function tryKeys(input: DeriveInput, derived: DerivedTable, options: TrialOptions): Trial {
  const keys = derived.interface.keys.filter(({ basis }) => basis === 'proved');
  if (keys.length === 0) return { outcome: 'untried', reason: 'no proved key' };
  const content = contentOf(input.builds);
  if (content.queries.length === 0) return { outcome: 'untried', reason: 'no query' };
  try {
    return search(new Arena(input, derived.interface.columns), content, keys, options);
  } catch (error) {
    const reason = error instanceof Unsupported ? error.message : `SQLite: ${shortened(String(error))}`;
    return { outcome: 'untried', reason };
  }
}

/** One message for all names. */
const shortened = (message: string): string =>
  message
    .replace(/^Error: /, '')
    .replace(/: .*/, '')
    .replace(/"[^"]*"/g, '…')
    .slice(0, 60);

function search(arena: Arena, content: Content, keys: readonly InterfaceKey[], options: TrialOptions): Trial {
  const needed = [...content.uniqueKey, ...content.partitionBy, ...keys.flatMap((key) => key.columns)];
  const queries = content.queries.map(({ relation, columns }) => arena.prepare(relation, columns, needed));
  const [first] = queries as [Runnable];
  const writing: Writing = {
    mode: content.mode,
    uniqueKey: positions(first, content.uniqueKey),
    partitionBy: positions(first, content.partitionBy),
  };
  if (writeRows([], [], writing) === null)
    throw new Unsupported(`written by ${content.mode.replace('_', ' ')}`);
  const grantedAway = new Set(keys.flatMap(({ rests_on }) => rests_on));
  const literals = content.queries
    .flatMap(({ relation }) => literalsOf(relation))
    .filter((value) => !grantedAway.has(standsForNull(String(value))));
  const runs = content.mode === 'replace' ? [0] : [0, 1, 2, 2];
  const wanted = keys.map((key) => ({ key, at: positions(first, key.columns) }));
  const controls = wanted.flatMap(({ key, at }) =>
    at.length > 1 ? at.map((left) => ({ key, at: at.filter((i) => i !== left), refuted: false })) : [],
  );
  let count = 0;
  for (let i = 0; i < options.databases; i++) {
    const seed = options.seed * 100_003 + i;
    let rows: Tuple[] = [];
    using database = arena.open(seed);
    for (const [step, run] of runs.entries()) {
      const query = queries[Math.min(step, queries.length - 1)] as Runnable;
      database.refill(randomOf(seed * 7 + run), literals, run, rows, first.columns);
      rows = writeRows(rows, aligned(database.run(query), query, first), writing) ?? [];
      for (const { key, at } of wanted) {
        const two = sameIn(rows, at, key.weak);
        if (two === null) continue;
        const named = (row: Tuple): Row =>
          Object.fromEntries(first.columns.map((name, c) => [name, row[c] ?? null]));
        const [a, b] = two;
        return {
          outcome: 'refuted',
          counterexample: {
            key: key.columns,
            rows: [named(a), named(b)],
            database: database.content(),
            sql: query.sql,
            seed,
          },
        };
      }
    }
    for (const control of controls) control.refuted ||= sameIn(rows, control.at, control.key.weak) !== null;
    count += rows.length;
  }
  const control = { keys: controls.length, refuted: controls.filter(({ refuted }) => refuted).length };
  return { outcome: 'held', rows: count, control };
}

function positions({ columns }: Runnable, names: readonly string[]): number[] {
  return names.map((name) => {
    const at = columns.indexOf(name.toLowerCase());
    if (at < 0) throw new Unsupported('a key column that the query does not name');
    return at;
  });
}

/** The rows of one query in the order of the other's columns. */
function aligned(rows: readonly Tuple[], { columns }: Runnable, first: Runnable): Tuple[] {
  if (columns.join('\n') === first.columns.join('\n')) return [...rows];
  const from = first.columns.map((name) => columns.indexOf(name));
  return rows.map((row) => from.map((at): SqlValue => row[at] ?? null));
}

/** Two rows that agree in the columns; where the key is `weak`, rows with a NULL there count for nothing. */
function sameIn(rows: readonly Tuple[], columns: readonly number[], weak: boolean): [Tuple, Tuple] | null {
  const seen = new Map<string, Tuple>();
  for (const row of rows) {
    const values = columns.map((i) => row[i] ?? null);
    if (weak && values.includes(null)) continue;
    const text = JSON.stringify(values);
    const before = seen.get(text);
    if (before !== undefined) return [before, row];
    seen.set(text, row);
  }
  return null;
}
