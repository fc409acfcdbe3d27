import assert from 'node:assert/strict';
import test from 'node:test';
import { createUseCounter } from '../../../knowledge/rank/table-use.ts';
import { observedJoins } from '../../../knowledge/rank/observed-joins.ts';
import { personKey } from '../../../knowledge/rank/person-key.ts';
import { bandOf, usageOf } from '../../../knowledge/rank/usage-band.ts';

test('a band is left only well past its bound', () => {
  assert.equal(bandOf(99, null), 'tens');
  assert.equal(bandOf(110, 'tens'), 'tens');
  assert.equal(bandOf(121, 'tens'), 'hundreds');
  assert.equal(bandOf(85, 'hundreds'), 'hundreds');
  assert.equal(bandOf(79, 'hundreds'), 'tens');
  assert.equal(bandOf(0, 'a few'), 'none');
  assert.equal(bandOf(0.25, 'none'), 'a few');
  assert.equal(bandOf(5000, 'a few'), 'thousands');
});

const base = { asOf: '2026-10-20', since: '2026-01-01', previous: null };
const counts = { recentQueries: 280, previousQueries: 112, recentUsers: 9, lastUsed: '2026-10-19' };

test('use is a band a week, with the trend against the 28 days before', () => {
  assert.deepEqual(usageOf({ ...base, counts }), {
    band: 'tens',
    trend: 'rising',
    queriesLast28Days: 280,
    usersLast28Days: 9,
    lastUsed: '2026-10-19',
  });
});

test('a few more or fewer queries change neither band nor trend', () => {
  const previous = { band: 'tens', trend: 'rising' } as const;
  for (const recentQueries of [280, 150, 405, 470]) {
    const use = usageOf({ ...base, counts: { ...counts, recentQueries }, previous });
    assert.deepEqual([use?.band, use?.trend], ['tens', 'rising']);
  }
});

test('without logs use is not known; with few days of logs the trend is not', () => {
  assert.equal(usageOf({ ...base, counts: null, since: null }), null);
  const week = usageOf({ ...base, counts: { ...counts, recentQueries: 14 }, since: '2026-10-14' });
  assert.deepEqual([week?.band, week?.trend], ['tens', 'unknown']);
  assert.equal(usageOf({ ...base, counts: null })?.band, 'none');
});

test('a person has one key per salt, whatever the letter case, and no key without a salt', () => {
  assert.equal(personKey('Ana@acme.example ', 's'), personKey('ana@acme.example', 's'));
  assert.notEqual(personKey('ana@acme.example', 's'), personKey('ana@acme.example', 't'));
  assert.doesNotMatch(personKey('ana@acme.example', 's'), /ana/);
  assert.throws(() => personKey('ana', ''));
});

test('a join that several templates write is one claim on each side, with its runs as evidence', () => {
  const left = { table: 'orders', columns: ['b', 'a'] };
  const right = { table: 'dim', columns: ['y', 'x'] };
  const claims = observedJoins([
    { left, right, fingerprint: 'f1', runs: 10, users: 2 },
    {
      left: { table: 'dim', columns: ['x', 'y'] },
      right: { table: 'orders', columns: ['a', 'b'] },
      fingerprint: 'f2',
      runs: 30,
      users: 3,
    },
    { left, right: { table: 'tried', columns: ['x', 'y'] }, fingerprint: 'f3', runs: 1, users: 1 },
  ]);
  assert.deepEqual(
    claims.map(({ table, value, evidence }) => [
      table,
      value,
      evidence.map((one) => one.kind === 'query' && one.runs),
    ]),
    [
      [
        'dim',
        { columns: ['x', 'y'], to: 'orders', to_path: null, to_columns: ['a', 'b'], cardinality: 'unknown' },
        [30, 10],
      ],
      [
        'orders',
        { columns: ['a', 'b'], to: 'dim', to_path: null, to_columns: ['x', 'y'], cardinality: 'unknown' },
        [30, 10],
      ],
    ],
  );
});

test('a table is used as often as queries that read it run, up to the date', () => {
  const day = (day: string, runs: number, users: string[]) => ({ day, runs, users, failures: 0, source: 'adhoc', roles: {} }); // prettier-ignore
  const use = createUseCounter('2026-10-20');
  use.add(['a', 'a', 'b'], [day('2026-10-20', 2, ['u1']), day('2026-09-22', 5, ['u9'])]);
  use.add(['a'], [day('2026-09-23', 3, ['u1', 'u2']), day('2026-10-21', 9, ['u3'])]);
  use.add(['old'], [day('2026-08-25', 4, ['u1'])]);
  assert.deepEqual(Object.fromEntries(use.counts()), {
    a: { recentQueries: 5, previousQueries: 5, recentUsers: 2, lastUsed: '2026-10-20' },
    b: { recentQueries: 2, previousQueries: 5, recentUsers: 1, lastUsed: '2026-10-20' },
    old: { recentQueries: 0, previousQueries: 0, recentUsers: 0, lastUsed: '2026-08-25' },
  });
});
