import assert from 'node:assert/strict';
import test from 'node:test';
import { cardChanges } from '../../knowledge/card-changes.ts';
import { mergeCard } from '../../knowledge/merge.ts';
import type { Card } from '../../schema/contracts/card.ts';

const from = { claim: 'c', origin: 'derived' as const, confidence: 0.9 };
const blank = mergeCard({
  repo: 'shop',
  table: 'acme.orders',
  path: 'orders.sql',
  kind: 'table',
  allColumns: false,
  write: null,
  claims: [],
  downstream: [],
  usage: null,
  queries: [],
  stale: new Set(),
});
const card = (part: Partial<Card>): Card => ({ ...blank, ...part });
const grain = (...columns: string[]): Partial<Card> => ({
  grain: {
    value: {
      keys: [{ columns, basis: 'proved', rests_on: [], nulls: 'none', scope: 'table' }],
      status: 'unique',
      phrase: `one row per ${columns.join(' per ')}`,
      time_grain: null,
    },
    from,
  },
});
const column = (name: string, type: string): Card['columns'][number] =>
  ({ column: name, position: 0, type, description: null, nullable: null, values: null, origin: 'derived' }); // prettier-ignore
const use = (queriesLast28Days: number): Partial<Card> => ({
  usage: { band: 'tens', trend: 'steady', queriesLast28Days, usersLast28Days: 1, lastUsed: null },
});

test('a change of what one row is', () => {
  assert.deepEqual(cardChanges(card(grain('order')), card(grain('order', 'day'))), [
    'one row: one row per order → one row per order per day',
    'keys: order [proved] → order, day [proved]',
  ]);
});

test('what appears, what goes, what is known no longer', () => {
  const before = card({
    description: { value: 'Orders.', from },
    columns: [column('id', 'int64'), column('old', 'string')],
  });
  const after = card({
    columns: [column('id', 'string'), column('new', 'string')],
    downstream: ['acme.daily'],
  });
  assert.deepEqual(cardChanges(before, after), [
    'description: no longer known (was Orders.)',
    'columns: + new',
    'columns: − old',
    'column id, type: int64 → string',
    'read by: + acme.daily',
  ]);
});

test('counts of use are no change, bands are', () => {
  assert.deepEqual(cardChanges(card(use(40)), card(use(44))), []);
  assert.deepEqual(cardChanges(card({}), card(use(44))), ['use: tens']);
});
