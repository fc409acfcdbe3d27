import assert from 'node:assert/strict';
import test from 'node:test';
import { testsOf, type DeclaredLine } from '../../bench/repository/declared.ts';

const paths = new Map([
  ['db.marts.orders', 'models/marts/orders.sql'],
  ['db.marts.users', 'models/marts/dim_users.sql'],
  ['raw.orders', null],
]);
const grain = (table: string, columns: string[], rest: object = {}): DeclaredLine => ({
  kind: 'grain',
  table,
  columns,
  conditional: false,
  threshold: false,
  ...rest,
});

test('tests are of the tables that files called after their models build', () => {
  const tests = testsOf(
    [
      grain('orders', ['order_id']),
      grain('dim_users', ['user_id']),
      {
        kind: 'join',
        table: 'orders',
        column: 'user_id',
        to: 'dim_users',
        field: 'user_id',
        conditional: false,
      },
    ],
    paths,
  );
  assert.deepEqual(tests.get('db.marts.orders')?.grain?.keys[0]?.columns, ['order_id']);
  const [join] = tests.get('db.marts.orders')?.joins ?? [];
  assert.deepEqual([join?.to, join?.to_columns, join?.cardinality], ['db.marts.users', ['user_id'], 'n:1']);
});

test('conditional tests, those with a threshold and unknown models do not count', () => {
  const lines = [
    grain('orders', ['a'], { conditional: true }),
    grain('orders', ['b'], { threshold: true }),
    grain('elsewhere', ['id']),
  ];
  assert.equal(testsOf(lines, paths).size, 0);
});
