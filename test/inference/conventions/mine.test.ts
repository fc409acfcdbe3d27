import assert from 'node:assert/strict';
import test from 'node:test';
import { findConventions, keyAssumer, proposals } from '../../../inference/conventions/mine.ts';
import type { Witness } from '../../../inference/conventions/witness.ts';

const witness = (source: string, key: string[], columns: string[] = key): Witness => ({
  source,
  key,
  columns,
  model: `stg.${source}`,
  because: `unique test of ${source}`,
});
const app = ['users', 'orders', 'teams'].map((name) => witness(`raw.app.${name}`, ['id'], ['id', 'name']));

test('sources of a kind that are keyed alike make a convention', () => {
  const [found] = proposals(findConventions(app));
  assert.deepEqual([found?.tables, found?.key, found?.support.length], ['*', ['id'], 3]);
});

test('two sources are no kind, and what most contradict is no convention', () => {
  assert.deepEqual(findConventions(app.slice(1)), []);
  const others = ['a', 'b', 'c'].map((name) => witness(`raw.app.${name}`, ['day'], ['day', 'id']));
  assert.ok(findConventions([...app, ...others]).every(({ key }) => key.join() !== 'id'));
});

test('a source without the columns is no exception', () => {
  const [found] = findConventions([...app, witness('raw.files.zones', ['zone'])]);
  assert.deepEqual([found?.support.length, found?.exceptions.length], [3, 0]);
});

test('of two kinds that say the same the wider is proposed, where it has few exceptions', () => {
  const events = ['a', 'b', 'c', 'd'].map((name) =>
    witness(`chain.${name}_evt_transfer`, ['evt_index', 'evt_tx_hash'], ['evt_index', 'evt_tx_hash', 'id']),
  );
  const found = proposals(findConventions([...app, ...events]));
  assert.ok(found.some(({ tables, key }) => tables === 'raw.*' && key.join() === 'id'));
  assert.ok(found.some(({ key }) => key.join() === 'evt_index,evt_tx_hash'));
});

test('a source has the key of its kind, and a narrow kind corrects a wide one', () => {
  const history = ['users', 'orders'].map((name) =>
    witness(`raw.snapshots.${name}_history`, ['scd_id'], ['id', 'scd_id']),
  );
  const all = [...app, ...history];
  assert.deepEqual(keyAssumer(all)('raw.app.payments')?.key, ['id']);
  const key = keyAssumer(all)('raw.snapshots.teams_history');
  assert.deepEqual([key?.key, key?.support, key?.exceptions], [['scd_id'], 2, 0]);
});

test('the key of a source does not follow from its own tests', () => {
  assert.equal(keyAssumer(app)('raw.app.users')?.support, 2);
  assert.equal(keyAssumer(app.slice(0, 2))('raw.app.users'), null);
});
