import assert from 'node:assert/strict';
import test from 'node:test';
import { tryKeys, type Trial } from '../../../activities/refute/try-keys.ts';
import { deriveTable, type DeriveInput, type DerivedTable } from '../../../inference/derive/derive.ts';
import { emptyInterface, withDeclared } from '../../../inference/derive/interface.ts';
import { initSqlReader, readSql } from '../../../parsers/sql/index.ts';
import type { Build, WriteMode } from '../../../schema/contracts/facts.ts';

await initSqlReader();

const orders = withDeclared(
  {
    ...emptyInterface,
    columns: ['id', 'customer', 'day', 'amount'].map((name) => ({
      name,
      type: null,
      nullable: null,
      values: null,
    })),
    complete: true,
  },
  { notNull: ['id'], testedKeys: [{ columns: ['id'], because: 'orders', by: 'test', basis: 'tested' }] },
);

function inputOf(sql: string, write: WriteMode = 'replace', more: Partial<Build> = {}): DeriveInput {
  const relation = readSql(sql, { dialect: 'snowflake' })[0]?.relation;
  assert.ok(relation);
  const build: Build = {
    target: { parts: ['built'] },
    kind: 'table',
    write,
    lines: [1, 1],
    reads: [],
    relation,
    ...more,
  };
  return {
    table: 'built',
    path: 'built.sql',
    builds: [build],
    resolve: (ref) => ref.parts.join('.'),
    upstream: (table) => (table === 'orders' ? orders : null),
  };
}

/** The derivation, with a key that nobody proved. */
const claiming = (derived: DerivedTable, columns: readonly string[], weak = false): DerivedTable => ({
  ...derived,
  interface: { ...derived.interface, keys: [{ columns, basis: 'proved', rests_on: [], weak }] },
});

const options = { databases: 60, seed: 1 };
const tried = (input: DeriveInput): Trial => tryKeys(input, deriveTable(input), options);

test('proved keys hold on random databases, and the same rows refute them with a column less', () => {
  const queries = [
    'select customer, day, sum(amount) as total from orders group by customer, day',
    'select customer, day, amount from orders qualify row_number() over (partition by customer, day order by amount) = 1',
    'with o as (select * from orders where amount > 0) select o.customer, p.day, count(*) as n from o join orders p on p.id = o.id group by 1, 2',
  ];
  for (const sql of queries) {
    const trial = tried(inputOf(sql));
    assert.ok(trial.outcome === 'held', `${sql}: ${JSON.stringify(trial)}`);
    assert.ok(trial.rows > 50, sql);
    assert.ok(trial.control.keys >= 2 && trial.control.refuted === trial.control.keys, JSON.stringify(trial));
  }
});

test('a key that does not hold is refuted, with the rows that show it', () => {
  for (const [sql, key] of [
    ['select id, customer from orders', ['customer']],
    ["select date_trunc('month', day) as month, id from orders", ['month']],
    ['select o.id from orders o join orders p on p.customer = o.customer', ['id']],
    ['select id from orders union all select id from orders', ['id']],
  ] as const) {
    const input = inputOf(sql);
    const trial = tryKeys(input, claiming(deriveTable(input), key), options);
    assert.ok(trial.outcome === 'refuted', `${sql}: ${JSON.stringify(trial)}`);
    const [a, b] = trial.counterexample.rows;
    assert.deepEqual(key.map((name) => a[name]), key.map((name) => b[name])); // prettier-ignore
    assert.ok((trial.counterexample.database['orders']?.length ?? 0) > 0);
  }
});

test('what later runs add is tried too: an appended table repeats the keys of a run, a merged one does not', () => {
  const appended = inputOf('select id, customer from orders', 'append');
  assert.equal(tryKeys(appended, claiming(deriveTable(appended), ['id']), options).outcome, 'refuted');
  const merged = inputOf('select id, customer from orders', 'merge', { uniqueKey: ['id'] });
  assert.equal(tried(merged).outcome, 'held');
  const replaced = inputOf('select day, id, customer from orders', 'partition_overwrite', {
    partitionBy: ['day'],
  });
  assert.equal(tryKeys(replaced, claiming(deriveTable(replaced), ['id']), options).outcome, 'refuted');
  assert.equal(tried(replaced).outcome, 'held');
});

test('NULLs count only where the key says so', () => {
  const input = inputOf('select distinct customer from orders');
  assert.equal(tried(input).outcome, 'held');
  const left = inputOf(
    'select p.id from orders o left join orders p on p.customer = o.amount and p.id = o.id',
  );
  assert.equal(tryKeys(left, claiming(deriveTable(left), ['id']), options).outcome, 'refuted');
  assert.equal(tryKeys(left, claiming(deriveTable(left), ['id'], true), options).outcome, 'held');
});

test('what cannot be tried says why; the same seed finds the same', () => {
  const recursive = inputOf(
    'with recursive r as (select id from orders union all select id from r) select distinct id from r',
  );
  const trial = tryKeys(recursive, claiming(deriveTable(recursive), ['id']), options);
  assert.deepEqual(trial, { outcome: 'untried', reason: 'a recursive query' });
  const input = inputOf('select id, customer from orders');
  const wrong = claiming(deriveTable(input), ['customer']);
  assert.deepEqual(tryKeys(input, wrong, options), tryKeys(input, wrong, options));
});
