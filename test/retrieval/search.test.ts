import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { embedLocally, localNoise } from '../../knowledge/local-embedding.ts';
import { renderCard } from '../../knowledge/render-card.ts';
import { renderQuery } from '../../knowledge/render-query.ts';
import { fuse } from '../../retrieval/fusion.ts';
import { namesInQuestion } from '../../retrieval/names-in-question.ts';
import { search, type QuestionEmbedder } from '../../retrieval/search.ts';
import { readOnly } from '../../retrieval/read-only.ts';
import type { Card } from '../../schema/contracts/card.ts';
import type { QueryTemplate } from '../../schema/contracts/usage.ts';
import { saveCards } from '../../store/cards.ts';
import type { Database } from '../../store/database.ts';
import { ensureVectorIndex, saveEmbeddings } from '../../store/embeddings.ts';
import { readRanks, saveRanks } from '../../store/queries.ts';
import { publishSnapshot, type SnapshotEntry } from '../../store/snapshots.ts';
import { saveTexts } from '../../store/texts.ts';
import { withDatabases } from '../support/databases.ts';
import { fixtureCards } from './fixture-cards.ts';

const repo = 'acme';
const asOf = '2026-10-20';
const dimensions = 768;
const embedder: QuestionEmbedder = {
  model: `local/${dimensions}`,
  noise: localNoise(dimensions),
  embed: (texts) => Promise.resolve(texts.map((text) => embedLocally(text, dimensions))),
};

async function publish(
  db: Database,
  cards: readonly Card[],
  queries: readonly QueryTemplate[] = [],
): Promise<void> {
  const texts = cards.map((card) => {
    const text = renderCard(card);
    return { table: card.table, hash: text, card, text, textHash: `t ${text}` };
  });
  const versions = await saveCards(db, repo, texts);
  await saveRanks(db, repo, asOf, queries);
  const ranked = (await readRanks(db, repo, asOf)).map(({ version, query }) => {
    const text = renderQuery(query);
    return { version, ref: query.fingerprint, text, textHash: `q ${text}` };
  });
  await saveTexts(db, ranked);
  const vectors = [...texts, ...ranked].map(({ text, textHash }) => ({
    textHash,
    vector: embedLocally(text, dimensions),
  }));
  await saveEmbeddings(db, embedder.model, vectors);
  await ensureVectorIndex(db, embedder.model, dimensions);
  const entries: SnapshotEntry[] = [
    ...texts.map(({ table, textHash }) => ({
      kind: 'card' as const,
      ref: table,
      version: versions.get(table) ?? 0,
      textHash,
    })),
    ...ranked.map(({ version, ref, textHash }) => ({ kind: 'query' as const, ref, version, textHash })),
  ];
  await publishSnapshot(db, {
    repo,
    asOf,
    commit: 'c0ffee',
    commitOrder: 1,
    run: 'r',
    base: null,
    entries,
    removed: 'all-others',
    model: embedder.model,
  });
}

withDatabases('the right table is among the first three for nine of ten questions', async ({ db }) => {
  await publish(db, await fixtureCards());
  const file = path.join(import.meta.dirname, '../../fixtures/expected/searches.yml');
  const questions = parse(await readFile(file, 'utf8')) as { question: string; tables: string[] }[];
  const places: { question: string; place: number; first: string | undefined }[] = [];
  for (const { question, tables } of questions) {
    const answer = await search(db, { repo, question, limit: 10, queries: 0 }, embedder);
    const place = answer.tables.findIndex(({ table }) => tables.includes(table)) + 1;
    places.push({ question, place, first: answer.tables[0]?.table });
  }
  const missed = places.filter(({ place }) => place === 0 || place > 3);
  if (process.env['SHOW'])
    console.log(
      missed,
      [1, 3, 5].map((n) => places.filter(({ place }) => place > 0 && place <= n).length),
    );
  assert.ok(missed.length <= questions.length / 10, JSON.stringify(missed, null, 1));
});

withDatabases('what nothing fits finds nothing; what only comes near says so', async ({ db }) => {
  await publish(db, await fixtureCards());
  const ask = (question: string) => search(db, { repo, question }, embedder);
  for (const question of ['zzz qqq blorp', 'how do I bake bread', 'football players goals'])
    assert.deepEqual((await ask(question)).tables, [], question);
  const misspelt = await ask('refnds custmer');
  assert.ok(misspelt.tables.length > 0 && /nearest in meaning/.test(misspelt.notes[0] ?? ''));
  assert.deepEqual((await ask('refunds per customer')).notes, []);
});

withDatabases(
  'an answer says how it was found, what speaks against it, and from which night it is',
  async ({ db }) => {
    assert.deepEqual((await search(db, { repo, question: 'x' }, null)).snapshot, null);
    const cards = await fixtureCards();
    const orders = cards.find(({ table }) => table.endsWith('.fct_orders')) as Card;
    const retired: Card = {
      ...orders,
      table: 'acme-data.old.fct_orders_old',
      deprecated: { value: 'use marts.fct_orders', from: { claim: 'c', origin: 'declared', confidence: 1 } },
    };
    const query: QueryTemplate = {
      fingerprint: 'f'.repeat(64),
      sql: 'SELECT country_code, SUM(net_eur) FROM marts.fct_orders GROUP BY country_code',
      tables: ['acme-data.marts.fct_orders'],
      runs: 9,
      users: 2,
      firstSeen: asOf,
      lastSeen: asOf,
      failureRate: 0,
      trust: 0.9,
      tier: 'source_of_truth',
      reasons: [],
    };
    await publish(db, [...cards, retired], [query]);
    const named = await search(db, { repo, question: 'what is in marts.fct_orders?' }, embedder);
    assert.equal(named.tables[0]?.table, 'acme-data.marts.fct_orders');
    assert.equal(named.tables[0]?.why[0], 'by name (1.)');
    assert.equal(named.snapshot?.asOf, asOf);
    assert.equal(named.queries[0]?.query.tier, 'source_of_truth');
    const asked = await search(
      db,
      { repo, question: 'orders of the business without test orders', limit: 40 },
      embedder,
    );
    const places = asked.tables.map(({ table }) => table);
    assert.ok(places.indexOf(orders.table) < places.indexOf(retired.table));
    assert.ok(asked.tables.find(({ table }) => table === retired.table)?.why.includes('deprecated'));
    assert.equal(
      (await search(db, { repo, question: 'fct_orders_old' }, embedder)).tables[0]?.table,
      retired.table,
    );
    const other = await search(db, { repo, question: 'orders' }, { ...embedder, model: 'another' });
    assert.match(other.notes[0] ?? '', /words only/);
    const broken = await search(
      db,
      { repo, question: 'orders' },
      { model: 'm', embed: () => Promise.reject(new Error('no server')) },
    );
    assert.ok(broken.tables.length > 0 && broken.notes[0]?.includes('no server'));
  },
);

withDatabases('a search cannot write', async ({ db }) => {
  await assert.rejects(
    readOnly(db, (trx) => trx.deleteFrom('tablelore.published').execute()),
    /read-only/,
  );
});

test('names are read from questions', () => {
  assert.deepEqual(namesInQuestion('Is `shop.orders` or fct_orders the "daily_sales" of a.b.c? e.g. x'), [
    'shop.orders',
    'daily_sales',
    'fct_orders',
    'a.b.c',
    'e.g',
  ]);
  assert.deepEqual(namesInQuestion('orders?'), ['orders']);
  assert.deepEqual(namesInQuestion('how many orders'), []);
});

test('what two ways find stands before what one way finds first', () => {
  const fused = fuse([
    { by: 'meaning', refs: ['a', 'b'] },
    { by: 'words', refs: ['c', 'b'] },
  ]);
  assert.deepEqual(
    fused.map(({ ref }) => ref),
    ['b', 'a', 'c'],
  );
  assert.deepEqual(
    fused[0]?.found.map(({ by }) => by),
    ['meaning', 'words'],
  );
});
