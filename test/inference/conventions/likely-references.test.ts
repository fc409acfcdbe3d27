import assert from 'node:assert/strict';
import test from 'node:test';
import { likelyReferences, type ReferringTable } from '../../../inference/conventions/likely-references.ts';

const table = (id: string, columns: string[], key?: string): ReferringTable => ({
  table: id,
  columns,
  named: [],
  keys: key === undefined ? [] : [{ column: key, sure: true }],
});
const accounts = table('db.crm.accounts', ['account_id', 'parent_account_id'], 'account_id');
const references = (id: string, ...tables: ReferringTable[]): string[] =>
  (likelyReferences(tables).get(id) ?? []).map(({ column, to, toColumn }) => `${column} ${to} ${toColumn}`);

test("a column called like another table's key refers to it, and a longer name as well", () => {
  const deals = table('db.crm.deals', ['deal_id', 'account_id', 'owner_id'], 'deal_id');
  assert.deepEqual(references('db.crm.deals', accounts, deals), ['account_id db.crm.accounts account_id']);
  assert.deepEqual(references('db.crm.accounts', accounts, deals), ['parent_account_id db.crm.accounts account_id']); // prettier-ignore
});

test('the key must name its table, and of two tables the nearer one comes first', () => {
  const shop = table('db.shop.accounts', ['account_id'], 'account_id');
  const other = table('db.crm.balances', ['account_id'], 'account_id');
  const deals = table('db.crm.deals', ['account_id']);
  assert.deepEqual(references('db.crm.deals', shop, accounts, other, deals), [
    'account_id db.crm.accounts account_id',
    'account_id db.shop.accounts account_id',
  ]);
  assert.deepEqual(references('db.crm.deals', other, deals), []);
});

test('a table whose key is told in several ways is named once, and each column has a place before any has two', () => {
  const twice = { ...accounts, keys: [...accounts.keys, { column: 'ACCOUNT_ID', sure: false }] };
  const shop = table('db.shop.accounts', ['account_id'], 'account_id');
  const owners = table('db.crm.owners', ['owner_id'], 'owner_id');
  const deals = table('db.crm.deals', ['account_id', 'owner_id']);
  assert.deepEqual(references('db.crm.deals', twice, shop, owners, deals), [
    'account_id db.crm.accounts account_id',
    'owner_id db.crm.owners owner_id',
    'account_id db.shop.accounts account_id',
  ]);
});

test('a key called id is named by its table, with or without an underscore, and a parent is a row of the same table', () => {
  const trials = table('db.crm.trial_requests', ['id', 'parent_id'], 'id');
  const visits = table('db.crm.visits', ['id', 'trialrequestid', 'trial_request_id', 'request_id'], 'id');
  assert.deepEqual(references('db.crm.visits', trials, visits), [
    'trialrequestid db.crm.trial_requests id',
    'trial_request_id db.crm.trial_requests id',
  ]);
  assert.deepEqual(references('db.crm.trial_requests', trials, visits), ['parent_id db.crm.trial_requests id']); // prettier-ignore
});

test('a key may be one word, and what only ends like one is none', () => {
  const trials = table('db.crm.trial', ['trialid'], 'trialid');
  const videos = table('db.crm.video', ['video'], 'video');
  const visits = table('db.web.visits', ['visit_id', 'trial_id', 'trialid', 'video'], 'visit_id');
  assert.deepEqual(references('db.web.visits', trials, videos, visits), [
    'trial_id db.crm.trial trialid',
    'trialid db.crm.trial trialid',
  ]);
});

test('which of several versions is meant may stand before the last word', () => {
  const types = table('db.crm.dim_partner_type', ['dim_partner_type_id'], 'dim_partner_type_id');
  const deals = table('db.crm.deals', ['dim_partner_type_current_id', 'dim_partner_type_legal_id']);
  assert.deepEqual(references('db.crm.deals', types, deals), ['dim_partner_type_current_id db.crm.dim_partner_type dim_partner_type_id']); // prettier-ignore
});
