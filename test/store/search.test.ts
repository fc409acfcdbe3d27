import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { Card } from '../../schema/contracts/card.ts';
import { saveCards } from '../../store/cards.ts';
import type { Database } from '../../store/database.ts';
import { ensureVectorIndex, missingEmbeddings, saveEmbeddings } from '../../store/embeddings.ts';
import { exactNames, searchText, searchVector } from '../../store/search.ts';
import { countEntries, publishSnapshot } from '../../store/snapshots.ts';
import { readTexts } from '../../store/texts.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';

async function publishTexts(db: Database, run: string, texts: Record<string, string>): Promise<number> {
  const cards = Object.entries(texts).map(([table, text]) => ({
    table,
    hash: text,
    card: { table } as Card,
    text,
    textHash: `hash of ${text}`,
  }));
  const versions = await saveCards(db, repo, cards);
  const { snapshot } = await publishSnapshot(db, {
    repo,
    asOf: '2025-01-01',
    commit: 'c',
    commitOrder: 1,
    run,
    base: null,
    entries: cards.map(({ table, textHash }) => ({
      kind: 'card',
      ref: table,
      version: versions.get(table) ?? 0,
      textHash,
    })),
    removed: 'all-others',
    model: 'm',
  });
  return snapshot;
}

withDatabases('words find texts by stem, by parts of names and as quoted', async ({ db }) => {
  const snapshot = await publishTexts(db, 'r', {
    'acme.shop.fct_orders': 'acme.shop.fct_orders one row per order',
    'acme.app.sessions': 'acme.app.sessions visits of signed-in users, sessionStart',
    'acme.app.visitors_daily': 'visitors each day, not signed in; who and what',
  });
  const find = async (question: string) =>
    (await searchText(db, repo, snapshot, question, 5)).map((hit) => hit.ref.split('.').at(-1));
  assert.deepEqual(await find('orders'), ['fct_orders']);
  assert.deepEqual(await find('fct_orders'), ['fct_orders']);
  assert.deepEqual(await find('shop.fct_orders'), ['fct_orders']);
  assert.deepEqual(await find('session start'), ['sessions']);
  assert.deepEqual((await find('which visit was ordered?')).sort(), ['fct_orders', 'sessions']);
  assert.deepEqual(await find('"each day"'), ['visitors_daily']);
  assert.deepEqual(await find('the and of what'), []);
  assert.deepEqual(await find(`'); drop table x; -- \\ \0 : & | !`), []);
  assert.deepEqual(await searchText(db, repo, snapshot, 'orders', 5, ['query']), []);
  assert.deepEqual(await searchText(db, 'other', snapshot, 'orders', 5), []);
});

withDatabases('vectors find the nearest entries of the snapshot, and no others', async ({ db }) => {
  await ensureVectorIndex(db, 'm', 3);
  await ensureVectorIndex(db, 'm', 3);
  const old = await publishTexts(db, 'r1', { x: 'text x', y: 'text y old', gone: 'text gone' });
  const now = await publishTexts(db, 'r2', { x: 'text x', y: 'text y', z: 'text z' });
  const vectors = {
    'text x': [1, 0, 0],
    'text y old': [0, 0, 1],
    'text y': [0.9, 0.1, 0],
    'text gone': [1, 0.01, 0],
    'text z': [-1, 0, 0],
  };
  const hashes = Object.keys(vectors).map((text) => `hash of ${text}`);
  assert.deepEqual(await missingEmbeddings(db, 'm', [...hashes, ...hashes]), hashes);
  const rows = Object.entries(vectors).map(([text, vector]) => ({ textHash: `hash of ${text}`, vector }));
  await saveEmbeddings(db, 'm', rows);
  await saveEmbeddings(db, 'm', rows);
  assert.deepEqual(await missingEmbeddings(db, 'm', hashes), []);
  assert.deepEqual(await missingEmbeddings(db, 'other', hashes.slice(0, 1)), hashes.slice(0, 1));
  const find = async (snapshot: number, limit: number) =>
    (await searchVector(db, repo, snapshot, 'm', [1, 0, 0], limit)).map((hit) => hit.ref);
  assert.deepEqual(await find(now, 2), ['x', 'y']);
  assert.deepEqual(await find(now, 9), ['x', 'y', 'z']);
  assert.deepEqual(await find(old, 9), ['x', 'gone', 'y']);
  const [best] = await searchVector(db, repo, now, 'm', [2, 0, 0], 1);
  assert.equal(best?.score, 1);
  assert.deepEqual(await countEntries(db, repo, now), {
    card: { entries: 3, embedded: 3 },
    query: { entries: 0, embedded: 0 },
  });
  assert.deepEqual(await readTexts(db, ['hash of text x', 'no']), new Map([['hash of text x', 'text x']]));
});

withDatabases(
  'nearest entries are found by the index also where most vectors are of past snapshots',
  async ({ db }) => {
    const texts = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`t${n}`, `past ${n}`]));
    await publishTexts(db, 'r1', texts);
    const now = await publishTexts(db, 'r2', { last: 'present' });
    await ensureVectorIndex(db, 'm', 3);
    await saveEmbeddings(db, 'm', [
      ...Object.values(texts).map((text, n) => ({ textHash: `hash of ${text}`, vector: [1, n / 6_000, 0] })),
      { textHash: 'hash of present', vector: [0, 1, 0] },
    ]);
    await sql`analyze`.execute(db);
    assert.deepEqual(
      (await searchVector(db, repo, now, 'm', [1, 0, 0], 5)).map((hit) => hit.ref),
      ['last'],
    );
  },
);

withDatabases('names are found whole or from a dot on, whatever their case', async ({ db }) => {
  const snapshot = await publishTexts(db, 'r', {
    'acme.shop.Orders': 'a',
    'acme.raw.orders': 'b',
    'acme.shop.my_orders': 'c',
  });
  const find = async (...names: string[]) =>
    (await exactNames(db, repo, snapshot, names, 9)).map((hit) => hit.ref);
  assert.deepEqual(await find('orders'), ['acme.raw.orders', 'acme.shop.Orders']);
  assert.deepEqual(await find('SHOP.orders'), ['acme.shop.Orders']);
  assert.deepEqual(await find('acme.raw.orders'), ['acme.raw.orders']);
  assert.deepEqual(await find('op.orders', 'ord%', ''), []);
});
