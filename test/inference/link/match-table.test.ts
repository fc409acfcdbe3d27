import assert from 'node:assert/strict';
import test from 'node:test';
import { matchTable } from '../../../inference/link/match-table.ts';

const tables = [
  'acme.marts.orders',
  'acme.raw.orders',
  'acme.raw.orders_archive',
  'acme.marts.customers',
  'other.raw."odd.name"',
  'orders',
];

test('the end of an id is enough where only one has it; case does not count', () => {
  assert.deepEqual(matchTable('marts.Orders', tables), { table: 'acme.marts.orders' });
  assert.deepEqual(matchTable('CUSTOMERS', tables), { table: 'acme.marts.customers' });
  assert.deepEqual(matchTable('raw."odd.name"', tables), { table: 'other.raw."odd.name"' });
});

test('a whole id stands before ids that end in it', () => {
  assert.deepEqual(matchTable('orders', tables), { table: 'orders' });
  assert.deepEqual(matchTable('Orders', tables), { table: 'orders' });
});

test('several that fit are listed', () => {
  assert.deepEqual(matchTable('orders', tables.slice(0, 4)), {
    several: ['acme.marts.orders', 'acme.raw.orders'],
  });
});

test('parts fit whole, not in the middle of a name', () => {
  assert.deepEqual(matchTable('archive', tables), { near: ['acme.raw.orders_archive'] });
});

test('names that come near are offered, nearest first', () => {
  assert.deepEqual(matchTable('raw.ordrs_archive', tables), { near: ['acme.raw.orders_archive'] });
  assert.deepEqual(matchTable('custmers', tables), { near: ['acme.marts.customers'] });
  assert.deepEqual(matchTable('quite_different', tables), { near: [] });
  assert.deepEqual(matchTable('', tables), { near: [] });
});
