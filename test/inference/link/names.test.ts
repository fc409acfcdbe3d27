import assert from 'node:assert/strict';
import test from 'node:test';
import { createNameResolver } from '../../../inference/link/names.ts';

const resolver = createNameResolver(
  { defaults: [{ paths: ['**'], catalog: 'prod', schema: 'main' }], targets: [] },
  ['prod.sales.orders', 'prod.sales.items', 'prod.raw.items'],
);
const idOf = (...parts: string[]) => resolver.resolve({ parts }, { path: 'a.py', dialect: 'bigquery' });

test('a name with parts that only the run knows keeps those that are known', () => {
  assert.equal(idOf('{project}', 'sales', 'orders'), 'prod.sales.orders');
  assert.equal(idOf('{schema}', 'orders'), 'prod.sales.orders', 'the one table that ends so');
  assert.equal(idOf('{schema}', 'items'), 'items', 'two end so, and the default schema is not the one meant');
  assert.equal(idOf('prod', '{schema}', 'users'), 'users');
  assert.equal(idOf('users'), 'prod.main.users');
  assert.equal(idOf('sales', 'orders_{ds}'), 'prod.sales.orders_*');
  assert.equal(idOf('s3://{bucket}/raw/{day}/a.csv'), '"s3://*/raw/*/a.csv"');
});
