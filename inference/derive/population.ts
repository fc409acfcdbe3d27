/** Population: the conditions that every row of a table meets, in SQL and in words. */
import { presentTime } from '../../schema/contracts/present-time.ts';
import type { Expression } from '../../schema/contracts/relation.ts';
import type { BoundExpression, ColumnId } from '../bind/bound.ts';
import { references, some } from '../bind/expressions.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { InterfacePredicate } from './interface.ts';
import { isMatchCall, storedColumn } from './match.ts';
import { occurrences } from './occurrences.ts';
import type { Predicate } from './properties.ts';
import { origin } from './prover.ts';
import type { Prover } from './prover.ts';
import { renderExpression } from './render.ts';
import type { Names } from './render.ts';
import type { Run } from './run.ts';
import { wordsOf } from './words.ts';

export interface PopulationFact extends InterfacePredicate {
  /** Of no use to tables further down: that a column which nobody sees finds a partner. */
  readonly local?: true;
  readonly line?: number;
  /** The file of `line`. */
  readonly path?: string;
}

const most = 24;

/**
 * The conditions over columns of the output, or of tables further up, without repeats and without what depends on a run or on what the table `own` held before.
 * `kept`: rows of earlier runs stay, so that a condition on the time of the run need not hold any more.
 */
export function population(
  { known, names, prover, query }: Pick<Run, 'known' | 'names' | 'prover' | 'query'>,
  own: TableId,
  kept: boolean,
): PopulationFact[] {
  const facts = new Map<string, PopulationFact>();
  const lasting = known.predicates
    .filter(({ value, run }) => !run && !trivial(value, prover) && !tablesOf(value, prover).has(own))
    .filter(({ value }) => !withItself(value, prover) && !(kept && wearsOff(value)))
    .map((predicate) => ({ ...predicate, value: bySeenSide(predicate.value, names) }))
    .map((predicate) => ({ ...predicate, sql: renderExpression(predicate.value, prover, names) }));
  const said = Map.groupBy(lasting, ({ sql }) => sql);
  const rows = occurrences(query.node);
  for (const { value, line, sql } of lasting) {
    if (sql === null || facts.has(sql) || facts.size >= most) continue;
    // Of a table that is joined with itself, a condition on one of its rows would read as one on the other, too.
    const times = said.get(sql)?.length ?? 0;
    if ([...hiddenTables(value, names, prover)].some((table) => (rows.get(table) ?? 0) > times)) continue;
    const words = wordsOf(value, (part) => renderExpression(part, prover, { ...names, short: true }), prover);
    const predicate = asExpression(value, names, prover);
    if (words === null || predicate === null) continue;
    const local = unseenMatch(value, names) ? { local: true as const } : {};
    facts.set(sql, { sql, words, predicate, ...(line === undefined ? {} : { line }), ...local });
  }
  return [...facts.values()];
}

const present = new RegExp(`^(?:${presentTime})$`);

/** Whether time alone may undo a condition: all but "not after the present" and its like. */
function wearsOff(value: BoundExpression): boolean {
  const ofNow = (part: BoundExpression): boolean =>
    some(part, (one) => one.ex === 'call' && one.args.length < 2 && present.test(one.name));
  if (value.ex !== 'binary' || value.op === 'or' || value.op === 'and') return ofNow(value);
  const [left, right] = [ofNow(value.left), ofNow(value.right)];
  if (left && right) return true;
  return left ? !/^>=?$/.test(value.op) : right && !/^<=?$/.test(value.op);
}

/** Both sides of a match are equal: ours goes by the other's name where only that one is in the output. */
function bySeenSide(value: BoundExpression, names: Names): BoundExpression {
  if (value.ex !== 'call' || !isMatchCall(value) || !/^has_match/.test(value.name)) return value;
  const seen = (part: BoundExpression | undefined): part is BoundExpression =>
    part?.ex === 'ref' && names.of(part.id) !== undefined;
  const args = value.args.map((arg, i) => {
    const other = value.args[i + 1];
    return i % 2 === 0 && !seen(arg) && seen(other) ? other : arg;
  });
  return { ...value, args };
}

const unseenMatch = (value: BoundExpression, names: Names): boolean =>
  value.ex === 'call' &&
  /^has_match/.test(value.name) &&
  value.args.some((arg, i) => i % 2 === 0 && [...references(arg)].every((id) => names.of(id) === undefined));

/** A table joined with a result of its own: that its rows find themselves says nothing. */
function withItself(value: BoundExpression, prover: Prover): boolean {
  if (value.ex !== 'call' || !isMatchCall(value) || !/^has_match/.test(value.name)) return false;
  const tables = ([0, 1] as const).map(
    (side) =>
      new Set(value.args.filter((_, i) => i % 2 === side).flatMap((arg) => [...tablesOf(arg, prover)])),
  );
  return [...(tables[0] ?? [])].some((table) => tables[1]?.has(table));
}

/** The tables that the condition's columns are of, through whatever computes them. */
function tablesOf(
  value: BoundExpression,
  prover: Prover,
  visible: (id: ColumnId) => boolean = () => false,
): Set<TableId> {
  const tables = new Set<TableId>();
  const seen = new Set<ColumnId>();
  const visit = (part: BoundExpression): void => {
    for (const id of references(part)) {
      if (seen.has(id) || visible(id)) continue;
      seen.add(id);
      const definition = origin(prover, id);
      if (definition?.kind === 'table') tables.add(definition.table);
      if (definition?.kind === 'computed') visit(definition.value);
    }
  };
  visit(value);
  return tables;
}

/** Those whose columns the text names by their table, having no name for them in the output. */
const hiddenTables = (value: BoundExpression, names: Names, prover: Prover): Set<TableId> =>
  value.ex === 'call' && isMatchCall(value)
    ? new Set()
    : tablesOf(value, prover, (id) => names.of(id) !== undefined);

/** `1 = 1`, `true`, also by way of columns that are constants. */
function trivial(value: BoundExpression, prover: Prover): boolean {
  if (some(value, (part) => part.ex === 'subquery' || part.ex === 'opaque')) return false;
  return [...references(value)].every((id) => {
    const definition = origin(prover, id);
    return definition?.kind === 'computed' && trivial(definition.value, prover);
  });
}

/** What one run reads, where that depends on the run: `event_date = @ds`. */
export function runWindow(predicates: readonly Predicate[], names: Names, prover: Prover): string[] {
  const texts = predicates
    .filter((predicate) => predicate.run)
    .map((predicate) => renderExpression(predicate.value, prover, names))
    .filter((text) => text !== null);
  return [...new Set(texts)].slice(0, 8);
}

/** The condition as downstream can take it over: columns by name, those further up qualified by their table. */
function asExpression(value: BoundExpression, names: Names, prover: Prover): Expression | null {
  const of = (part: BoundExpression): Expression | null => asExpression(part, names, prover);
  const all = (parts: readonly BoundExpression[]): Expression[] | null => {
    const found = parts.map(of);
    return found.every((part) => part !== null) ? found : null;
  };
  switch (value.ex) {
    case 'ref':
      return columnExpression(value.id, names, prover);
    case 'literal':
    case 'parameter':
      return value;
    case 'cast': {
      const inner = of(value.value);
      return inner && { ex: 'cast', value: inner, type: value.type };
    }
    case 'binary': {
      const sides = all([value.left, value.right]);
      const [left, right] = sides ?? [];
      return left && right ? { ex: 'binary', op: value.op, left, right } : null;
    }
    case 'unary': {
      const inner = of(value.value);
      return inner && { ex: 'unary', op: value.op, value: inner };
    }
    case 'in': {
      const inner = of(value.value);
      const list = all(value.list);
      return inner && list ? { ex: 'in', value: inner, list } : null;
    }
    case 'between': {
      const [inner, low, high] = all([value.value, value.low, value.high]) ?? [];
      return inner && low && high ? { ex: 'between', value: inner, low, high } : null;
    }
    case 'field': {
      const inner = value.index || value.field === undefined ? null : of(value.value);
      return inner && value.field !== undefined ? { ex: 'field', value: inner, field: value.field } : null;
    }
    case 'call': {
      if (isMatchCall(value)) {
        // The other side stays that table's column, also where the output shows it.
        const args = value.args.map((arg, i) => (i % 2 === 0 ? of(arg) : storedExpression(arg, prover)));
        return args.every((arg) => arg !== null) ? { ex: 'call', name: value.name, args } : null;
      }
      const args = value.aggregate || value.filter ? null : all(value.args);
      return args && { ex: 'call', name: value.name, args };
    }
    case 'opaque':
      return namedFurtherUp(value.text) ?? textExpression(value, names, prover);
    default:
      return textExpression(value, names, prover);
  }
}

/** The column of a table further up that the scan of the table below it left as a name. */
function namedFurtherUp(text: string | undefined): Expression | null {
  const path = /^([\w$-]+(?:\.[\w$*-]+)*)\.([\w$]+)$/.exec(text ?? '');
  return path ? { ex: 'column', qualifier: [path[1] ?? ''], name: path[2] ?? '' } : null;
}

function textExpression(value: BoundExpression, names: Names, prover: Prover): Expression | null {
  const text = renderExpression(value, prover, names);
  return text === null ? null : { ex: 'opaque', parts: [], text };
}

function storedExpression(value: BoundExpression, prover: Prover): Expression | null {
  const path = storedColumn(value, prover);
  if (path === null) return null;
  const dot = path.lastIndexOf('.');
  return { ex: 'column', qualifier: [path.slice(0, dot)], name: path.slice(dot + 1) };
}

function columnExpression(id: ColumnId, names: Names, prover: Prover): Expression | null {
  const name = names.of(id);
  if (name !== undefined) return { ex: 'column', name };
  const definition = origin(prover, id);
  if (definition?.kind === 'table')
    return { ex: 'column', qualifier: [definition.table], name: definition.column };
  // A text could not be said anew of renamed columns.
  const value = definition?.kind === 'computed' ? definition.value : null;
  if (value !== null && value.ex !== 'window' && value.ex !== 'opaque')
    return asExpression(value, names, prover);
  return textExpression({ ex: 'ref', id }, names, prover);
}
