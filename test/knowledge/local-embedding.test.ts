import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { contentWords, embedLocally } from '../../knowledge/local-embedding.ts';
import { renderCard } from '../../knowledge/render-card.ts';
import { fixtureCards } from '../retrieval/fixture-cards.ts';

const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

test('vectors are of unit length, the same every time, and zero for a text without words', () => {
  const vector = embedLocally('Orders per customer and day', 256);
  assert.equal(vector.length, 256);
  assert.ok(Math.abs(cosine(vector, vector) - 1) < 1e-9);
  assert.deepEqual(embedLocally('Orders per customer and day', 256), vector);
  assert.ok(embedLocally('the of 12', 256).every((value) => value === 0));
});

test('names and words about one thing are near, whatever their form', () => {
  const near = cosine(embedLocally('fct_order_items', 768), embedLocally('items of an order', 768));
  const far = cosine(embedLocally('fct_order_items', 768), embedLocally('exchange rates', 768));
  assert.ok(near > 0.4 && far < 0.1, `${near} ${far}`);
});

test('vectors alone put an answer among the first five for most questions', async () => {
  const cards = (await fixtureCards()).map((card) => ({
    table: card.table,
    vector: embedLocally(renderCard(card), 768),
  }));
  const file = path.join(import.meta.dirname, '../../fixtures/expected/searches.yml');
  const questions = parse(await readFile(file, 'utf8')) as { question: string; tables: string[] }[];
  const ranks = questions.map(({ question, tables }) => {
    const asked = embedLocally(question, 768);
    const order = cards
      .map(({ table, vector }) => ({ table, score: cosine(asked, vector) }))
      .sort((a, b) => b.score - a.score);
    return {
      question,
      rank: order.findIndex(({ table }) => tables.includes(table)) + 1,
      first: order[0]?.table,
    };
  });
  const missed = ranks.filter(({ rank }) => rank > 5);
  const share = 1 - missed.length / ranks.length;
  if (process.env['SHOW'])
    console.log(
      ranks.filter(({ rank }) => rank > 3),
      [1, 3, 5].map((n) => ranks.filter(({ rank }) => rank <= n).length),
    );
  assert.ok(
    share >= 0.85,
    missed.map(({ question, rank, first }) => `${question}: ${rank}, ${first}`).join('\n'),
  );
});

test('words that objects know are words like any other', () => {
  assert.deepEqual(contentWords('constructor toString valueOf __proto__'), contentWords('Constructor to_string value_of proto')); // prettier-ignore
});
