/** The grain claim: the best keys, whether the table is unique at all, and the words for it. */
import type { ClaimValue, ProofStep } from '../../schema/contracts/claims.ts';
import type { BoundExpression, ColumnId } from '../bind/bound.ts';
import { inverse } from './injective.ts';
import { madeOfKeys } from './lost-keys.ts';
import { grainPhrase, timeGrain } from './phrase.ts';
import type { Period, PhraseColumn } from './phrase.ts';
import type { Place } from './places.ts';
import { origin } from './prover.ts';
import { stepsOf } from './reason.ts';
import type { Run } from './run.ts';
import { columnType } from './types.ts';
import type { TableKey } from './run-keys.ts';

export function grainOf(
  keys: TableKey[],
  first: Run,
  runs: readonly Run[],
  complete: boolean,
): ClaimValue<'grain'> {
  rank(keys, first);
  const best = keys.find((key) => key.scope === 'table');
  const columns = best ? best.columns.map((name) => phraseColumn(name, first)) : [];
  const duplicates =
    complete &&
    keys.length === 0 &&
    runs.every((run) => run.keys.length === 0) &&
    runs.some((run) => run.known.row.every((id) => !run.known.unkeyed.has(id)) && !keysBehind(run));
  return {
    keys: keys.slice(0, 3).map((key) => ({
      columns: [...key.columns],
      basis: key.why.assumed ? 'assumed' : 'proved',
      rests_on: [...(key.why.rests ?? [])],
      nulls: key.nulls,
      scope: key.scope,
    })),
    status: best ? 'unique' : duplicates ? 'duplicates_possible' : 'unknown',
    phrase: best ? grainPhrase(best.columns, columns, hashedParts(best, first)) : '',
    time_grain: best
      ? timeGrain([...best.columns, ...(hashedParts(best, first) ?? [])], phraseColumns(best, first))
      : null,
  };
}

const keysBehind = ({ known, columns, prover }: Run): boolean =>
  madeOfKeys(known, new Set(columns.map((column) => column.id)), prover);

/** Keys of the table before keys of a run, proofs before assumptions, few columns before many, early columns before late ones. */
function rank(keys: TableKey[], run: Run): void {
  const positions = new Map(run.columns.map((column, i) => [column.name.toLowerCase(), i]));
  const cost = (key: TableKey): number[] => [
    key.scope === 'table' ? 0 : 1,
    key.why.assumed ? 1 : 0,
    key.columns.length,
    key.columns.reduce((sum, name) => sum + (positions.get(name.toLowerCase()) ?? 0), 0),
  ];
  keys.sort((a, b) => {
    const [one, other] = [cost(a), cost(b)];
    for (const [i, value] of one.entries()) if (value !== other[i]) return value - (other[i] ?? 0);
    return 0;
  });
}

function phraseColumns(key: TableKey, run: Run): PhraseColumn[] {
  const parts = hashedParts(key, run) ?? [];
  return [
    ...key.columns.map((name) => phraseColumn(name, run)),
    ...parts.map((name) => ({ name, type: null, truncated: null })),
  ];
}

function phraseColumn(name: string, run: Run): PhraseColumn {
  const id = run.idOf(name);
  if (id === undefined) return { name, type: null, truncated: null };
  const definition = origin(run.prover, id);
  const truncated = definition?.kind === 'computed' ? periodIn(definition.value) : null;
  return { name, type: columnType(id, run.prover), truncated };
}

/** The period that a truncation truncates to. */
function periodIn(value: BoundExpression): Period | null {
  if (value.ex === 'cast')
    return /^date$/.test(value.type) ? (periodIn(value.value) ?? 'day') : periodIn(value.value);
  if (value.ex !== 'call') return null;
  if (/^(date|to_date)$/.test(value.name)) return 'day';
  if (!/(^|_)trunc$/.test(value.name) && value.name !== 'last_day') return null;
  for (const arg of value.args) {
    const text = arg.ex === 'literal' ? arg.value : arg.ex === 'opaque' ? (arg.text ?? null) : null;
    const found = /^(second|minute|hour|day|week|month|quarter|year)/i.exec(text ?? '')?.[1];
    if (found) return found.toLowerCase() as Period;
  }
  return null;
}

/** A hash of more columns tells versions of content apart: none of them says what a row is. */
const mostParts = 8;

/** What a hashed key of one column is made of. */
function hashedParts(key: TableKey, run: Run): string[] | null {
  const [name] = key.columns;
  const id = name === undefined || key.columns.length > 1 ? undefined : run.idOf(name);
  if (id === undefined) return null;
  const definition = origin(run.prover, id);
  if (definition?.kind !== 'computed') return null;
  const parts = inverse(definition.value, run.known, run.prover);
  if (!parts || parts.columns.length === 0 || parts.columns.length > mostParts) return null;
  return [...new Set(parts.columns)].map((part) => columnName(part, run));
}

function columnName(id: ColumnId, run: Run): string {
  const name = run.prover.nameOf(id);
  return name.slice(name.lastIndexOf('.') + 1);
}

/** The proof of the best key. */
export function describeKey(key: TableKey | undefined, placeOf: (line: number) => Place): ProofStep[] {
  return key ? stepsOf([key.why], placeOf) : [];
}
