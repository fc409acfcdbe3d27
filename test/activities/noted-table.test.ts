import assert from 'node:assert/strict';
import test from 'node:test';
import { notedTable } from '../../activities/noted-table.ts';

const tables = [
  'acme-prod.core.Orders',
  'acme-prod.core.events_*',
  'lake.core."daily users"',
  'raw.people',
  'stage.people',
];
const tableOf = notedTable({ dialect: 'bigquery', targets: [] }, tables);

test('a note names its table by its id or as code does', () => {
  for (const table of tables) assert.equal(tableOf(table), table);
  assert.equal(tableOf('`acme-prod.core.orders`'), 'acme-prod.core.Orders');
  assert.equal(tableOf('acme-prod:core.orders'), 'acme-prod.core.Orders');
  assert.equal(tableOf('orders'), 'acme-prod.core.Orders');
  assert.equal(tableOf('core."daily users"'), 'lake.core."daily users"');
  assert.equal(tableOf('people'), null, 'two tables are called so');
  assert.equal(tableOf('ghosts'), null);
  assert.equal(tableOf('all of them?'), null);
});

test('what a name means is for the dialect of the repository to say', () => {
  assert.equal(tableOf('core.events_20260101'), 'acme-prod.core.events_*');
  const snowflake = notedTable({ dialect: 'snowflake', targets: [] }, ['db.core.events_20260101']);
  assert.equal(snowflake('DB.CORE.EVENTS_20260101'), 'db.core.events_20260101');
});
