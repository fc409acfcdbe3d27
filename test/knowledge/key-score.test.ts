import assert from 'node:assert/strict';
import test from 'node:test';
import { keyFigures, layerOf, scoreKeys, type ScoredTable } from '../../knowledge/key-score.ts';
import type { ClaimValue, GrainKey } from '../../schema/contracts/claims.ts';

const key = (basis: GrainKey['basis'], ...columns: string[]): GrainKey => ({
  columns,
  basis,
  rests_on: [],
  nulls: 'unknown',
  scope: 'table',
});
const grain = (...keys: GrainKey[]): ClaimValue<'grain'> => ({
  keys,
  status: 'unique',
  phrase: '',
  time_grain: null,
});

const table = (rest: Partial<ScoredTable>): ScoredTable => ({
  table: 'db.marts.fct_orders',
  path: 'models/fct_orders.sql',
  declared: grain(key('tested', 'ORDER_ID', 'day')),
  derived: null,
  likely: null,
  constants: new Set(),
  firstColumn: null,
  uniqueKey: null,
  ...rest,
});

test('each way to a first key has its verdict', () => {
  const derived = grain(key('assumed', 'order_id'), key('proved', 'order_id', 'day', 'hour'));
  assert.deepEqual(scoreKeys(table({ derived, firstColumn: 'day', uniqueKey: ['day', 'order_id'] })), {
    table: 'db.marts.fct_orders',
    layer: 'mart',
    shape: 'composite',
    basis: 'assumed',
    verdicts: {
      proved: 'wider',
      derived: 'narrower',
      configured: 'exact',
      likely: 'exact',
      firstColumn: 'narrower',
      uniqueKey: 'exact',
    },
  });
});

test('a proof stands before the configuration, unless that has fewer of its columns', () => {
  const configured = (proved: string[], uniqueKey: string[]) =>
    scoreKeys(table({ derived: grain(key('proved', ...proved)), uniqueKey }))?.verdicts.configured;
  assert.equal(configured(['order_id', 'day'], ['id']), 'exact');
  assert.equal(configured(['order_id', 'day', 'hour'], ['order_id', 'day']), 'exact');
});

test('a column with one value in every row counts on neither side', () => {
  const derived = grain(key('proved', 'order_id'));
  const declared = grain(key('tested', 'chain', 'order_id'));
  assert.equal(scoreKeys(table({ declared, derived }))?.verdicts.proved, 'narrower');
  const constants = new Set(['chain']);
  assert.equal(scoreKeys(table({ declared, derived, constants }))?.verdicts.proved, 'exact');
  const wide = grain(key('proved', 'chain', 'order_id'));
  const narrow = grain(key('tested', 'order_id'));
  assert.equal(scoreKeys(table({ declared: narrow, derived: wide, constants }))?.verdicts.proved, 'exact');
});

test('keys of a partition, tables without a test and tables without code do not count', () => {
  const partial = { ...key('proved', 'order_id', 'day'), scope: 'partition' as const };
  assert.equal(scoreKeys(table({ derived: grain(partial) }))?.verdicts.derived, 'none');
  assert.equal(scoreKeys(table({ declared: grain(key('config', 'order_id')) })), null);
  assert.equal(scoreKeys(table({ path: null })), null);
});

test('figures are counted by way, basis, shape and layer', () => {
  const derived = grain(key('proved', 'order_id', 'day'));
  const scores = [table({ derived }), table({ declared: grain(key('tested', 'id')) })].map(scoreKeys);
  const figures = keyFigures(scores.filter((score) => score !== null));
  assert.equal(figures.tested, 2);
  assert.equal(figures.ways.proved.exact, 1);
  assert.deepEqual(Object.keys(figures.byBasis), ['none', 'proved']);
  assert.equal(figures.byShape['single']?.none, 1);
  assert.equal(figures.byLayer['mart']?.exact, 1);
});

test('a layer is told by the name, else by the innermost folder', () => {
  assert.equal(layerOf('db.x.stg_orders', 'models/marts/stg_orders.sql'), 'staging');
  assert.equal(layerOf('db.x.orders', 'models/staging/marts/orders.sql'), 'mart');
  assert.equal(layerOf('db.x.orders', 'models/orders.sql'), 'other');
});
