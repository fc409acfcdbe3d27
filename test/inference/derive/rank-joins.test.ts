import assert from 'node:assert/strict';
import test from 'node:test';
import type { JoinObservation } from '../../../inference/derive/observe.ts';
import { rankJoins } from '../../../inference/derive/rank-joins.ts';

const seen = (
  columns: readonly string[],
  to: string,
  toColumns: readonly string[],
  cardinality: JoinObservation['cardinality'],
): JoinObservation => ({
  left: { table: 'visits', columns },
  right: { table: to, columns: toColumns },
  kind: 'inner',
  cardinality,
  through: 'code',
});

function joinsOf(...observations: JoinObservation[]): string[] {
  return joinsIn('report', [], observations);
}

function joinsIn(builder: string, tested: readonly string[][], observations: JoinObservation[]): string[] {
  const found = observations.map((observation) => ({ observation, builder }));
  const keysOf = (table: string): readonly string[][] => (table === builder ? tested : []);
  return (rankJoins(found, () => null, keysOf).get('visits') ?? []).map(
    ({ value }) => `${value.columns.join()} = ${value.to}.${value.to_columns.join()} ${value.cardinality}`,
  );
}

test('tables that only share a date are not told to join', () => {
  assert.deepEqual(joinsOf(seen(['day'], 'spend', ['submission_date'], 'unknown')), []);
  assert.deepEqual(joinsOf(seen(['day'], 'spend', ['submission_date'], 'n:m')), []);
});

test('dates join where one side is unique on them, or beside something else', () => {
  assert.deepEqual(joinsOf(seen(['day'], 'calendar', ['date_day'], 'n:1')), ['day = calendar.date_day n:1']);
  assert.deepEqual(joinsOf(seen(['day', 'client_id'], 'clients', ['date', 'client_id'], 'unknown')), [
    'client_id,day = clients.client_id,date unknown',
  ]);
});

test('the tested keys of the table that a build makes tell how many rows meet', () => {
  const join = (cardinality: JoinObservation['cardinality']): string[] =>
    joinsIn('visits', [['VISIT_ID']], [seen(['visit_id'], 'raw_visits', ['id'], cardinality)]);
  assert.deepEqual(join('n:1'), ['visit_id = raw_visits.id 1:1']);
  assert.deepEqual(join('unknown'), ['visit_id = raw_visits.id 1:n']);
});
