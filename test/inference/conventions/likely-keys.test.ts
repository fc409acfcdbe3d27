import assert from 'node:assert/strict';
import test from 'node:test';
import { likelyKeys, type KeyedTable } from '../../../inference/conventions/likely-keys.ts';

const table = (id: string, columns: string[], rest: Partial<KeyedTable> = {}): KeyedTable => ({
  table: id,
  columns,
  firstKnown: true,
  tested: [],
  derived: [],
  likely: [],
  ...rest,
});
const likely = (id: string, ...tables: KeyedTable[]) => likelyKeys(tables).get(id);

test('the identifier of what a table is called after is its key, in singular, and shortened as well', () => {
  const columns = ['order_id', 'customer_id', 'placed_at'];
  assert.deepEqual(likely('db.fct_orders', table('db.fct_orders', columns))?.columns, ['order_id']);
  assert.deepEqual(likely('db.dim_executions', table('db.dim_executions', ['exec_id']))?.columns, ['exec_id']); // prettier-ignore
  assert.equal(likely('db.fct_visits', table('db.fct_visits', columns)), undefined);
  assert.equal(likely('db.orders', table('db.orders', columns, { firstKnown: false })), undefined);
});

test('of a table that keeps versions, the thing is not the key', () => {
  assert.equal(likely('db.order_history', table('db.order_history', ['order_id', 'day'])), undefined);
  assert.equal(likely('db.orders', table('db.orders', ['order_id', 'valid_from'])), undefined);
  assert.deepEqual(likely('db.order_history', table('db.order_history', ['order_history_id']))?.columns, ['order_history_id']); // prettier-ignore
});

test('of a thing and a day that are proved to be a key, the thing alone is none, whatever other tables test', () => {
  const tested = [...'abcdefghijkl'].map((name) => table(`db.${name}_server`, ['server_id', 'x'], { tested: [['server_id']] })); // prettier-ignore
  const of = (...keys: string[][]) =>
    likely('db.m_server', ...tested, table('db.m_server', ['server_id', 'activity_date'], { derived: keys.map((columns) => ({ columns, proved: true })) }))?.columns; // prettier-ignore
  assert.deepEqual(of(), ['server_id']);
  assert.notDeepEqual(of(['server_id', 'activity_date']), ['server_id']);
  assert.deepEqual(of(['server_id', 'activity_date'], ['server_id']), ['server_id']);
});

test('the tests of other tables decide what names mean, and a test of the table itself does not', () => {
  const event = (chain: string, tested: string[][] = [['evt_index', 'tx_hash']]): KeyedTable =>
    table(`${chain}.token_evt_transfer`, ['block', 'tx_hash', 'evt_index', 'amount'], { tested });
  const chains = ['base', 'bnb', 'celo', 'gnosis', 'linea'].map((chain) => event(chain));
  const found = likely('zora.token_evt_transfer', ...chains, event('zora', []));
  assert.deepEqual(found?.columns, ['evt_index', 'tx_hash']);
  assert.match(found.because, /5 of the 5 other tested tables/);
  assert.equal(likely('zora.token_evt_transfer', event('zora')), undefined);
  assert.deepEqual(likely('zora.token_evt_transfer', ...chains, event('zora', [['block']])), found);
});

test('tables of one name in several schemas are keyed alike, whatever other tables are', () => {
  const columns = ['token_id', 'symbol', 'contract_address'];
  const tokens = (chain: string, tested: string[][]): KeyedTable => table(`db.${chain}.tokens`, columns, { tested, derived: [{ columns: ['token_id'], proved: true }] }); // prettier-ignore
  const chains = ['base', 'bnb', 'celo', 'gnosis'].map((chain) => tokens(chain, [['contract_address']]));
  const others = [...'abcdefghijkl'].map((name) => table(`db.prices.${name}_pool`, columns, { tested: [['symbol']] })); // prettier-ignore
  const found = likely('db.zora.tokens', ...others, ...chains, tokens('zora', []));
  assert.deepEqual(found?.columns, ['contract_address']);
  assert.match(found.because, /4 of the 4 other tested tables \*\.tokens/);
});

test('namesakes in schemas that begin alike say more than those in others', () => {
  const trades = (schema: string, tested: string[][]): KeyedTable => table(`db.${schema}.trades`, ['day', 'tx', 'line'], { tested }); // prettier-ignore
  const chains = ['base', 'bnb', 'celo', 'gnosis', 'linea', 'ink'].map((chain) => trades(`dex_${chain}`, [['line', 'tx']])); // prettier-ignore
  const others = [...'abcdefghijklmnop'].map((name) => trades(`${name}_nft`, [['day', 'tx']]));
  assert.deepEqual(likely('db.dex_zora.trades', ...others, ...chains, trades('dex_zora', []))?.columns, ['line', 'tx']); // prettier-ignore
});

test('names that are no keys in the repository are believed less, and proofs of other columns count', () => {
  const visits = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
    table(`db.${name}_visits`, ['visit_id', 'line'], { tested: [['line', 'visit_id']] }),
  );
  assert.equal(likely('db.orders', table('db.orders', ['order_id']))?.columns[0], 'order_id');
  assert.notEqual(likely('db.orders', ...visits, table('db.orders', ['order_id']))?.columns[0], 'order_id');
});

test('what the code makes likely is believed where it is the first column, also under a name that says nothing', () => {
  const columns = ['address', 'name', 'seen_at'];
  const of = (...keys: string[][]) => likely('db.labels', table('db.labels', columns, { likely: keys }))?.columns; // prettier-ignore
  assert.deepEqual(of(['address']), ['address']);
  assert.equal(of(['name', 'seen_at']), undefined);
});
