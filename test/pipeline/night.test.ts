import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sql } from 'kysely';
import { parse } from 'yaml';
import { createEmbedder } from '../../activities/embed/embedder.ts';
import { search } from '../../retrieval/search.ts';
import { cardBody, joinBase, readCard, type CardBody } from '../../store/cards.ts';
import { readClaims } from '../../store/claims.ts';
import { createWorld, lastDay, repo, type World } from '../support/pipeline.ts';
import {
  compareAnnotations,
  compareColumns,
  compareDiagnostics,
  compareQueries,
  compareSimilar,
  compareTables,
  expectedTableFiles,
  type Comparison,
} from './compare.ts';
import { fixtures, readFound, type Found } from './found.ts';
import { knownGaps } from './known-gaps.ts';

let world: World;
let found: Found;

test('a night over the fixture monorepo publishes', async () => {
  world = await createWorld();
  const report = await world.night();
  assert.equal(report.outcome, 'published');
  assert.deepEqual(report.quarantined, []);
  found = await readFound(world.db, lastDay, report.run);
});

const comparisons: Record<string, () => Comparison> = {
  ...Object.fromEntries(expectedTableFiles.map((file) => [file, () => compareTables(file, found)])),
  'columns.yml': () => compareColumns(found),
  'diagnostics.yml': () => compareDiagnostics(found),
  'annotations.yml': () => compareAnnotations(found),
  'queries.yml': () => compareQueries(found),
  'similar.yml': () => compareSimilar(found),
};

for (const [file, compare] of Object.entries(comparisons)) {
  test(`what it found is what expected/${file} says, but for the known gaps`, () => {
    const { checked, missed } = compare();
    assert.ok(checked > 2, `${checked} rows were checked`);
    const gaps = new Set(knownGaps.filter(({ row }) => row.startsWith(`${file} |`)).map(({ row }) => row));
    const news = missed.filter((row) => !gaps.has(row));
    const closed = [...gaps].filter((row) => !missed.includes(row));
    assert.deepEqual(news, [], `${missed.length} of ${checked} rows are not met; these are not known gaps`);
    assert.deepEqual(closed, [], 'these gaps are closed: take them out of known-gaps.ts');
  });
}

test('secrets, instructions and personal data go nowhere', async () => {
  const { secrets, personal } = parse(readFileSync(join(fixtures, 'expected/diagnostics.yml'), 'utf8')) as {
    secrets: { text: string }[];
    personal: string[];
  };
  const stored = await textsIn(world.db);
  assert.ok(stored.length > 1_000);
  for (const text of [...secrets.map((secret) => secret.text), ...personal]) {
    const [first] = stored.filter((row) => row.includes(text));
    assert.equal(first?.slice(0, 300), undefined, `"${text}" is stored`);
  }
  const shipments = JSON.stringify(found.claims.get('acme-data.logistics.shipments'));
  assert.doesNotMatch(shipments, /ignore all previous|certified/i);
});

/** Everything that may be shown, sent to a model, or searched. */
async function textsIn(db: World['db']): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select text from tablelore.search_text
    union all select sql from tablelore.query_template
    union all select report::text from tablelore.run where report is not null
    union all select summary::text from tablelore.facts`.execute(db);
  const sets = await db.selectFrom('tablelore.claim_set').select('id').execute();
  const claims = await readClaims(db, sets.map(({ id }) => id)); // prettier-ignore
  const cards = await sql<CardBody>`select ${cardBody} from tablelore.card_version v ${joinBase}`.execute(db);
  return [
    ...rows.map((row) => row.text),
    ...cards.rows.map((stored) => JSON.stringify(readCard(stored))),
    ...[...claims.values()].flat().map((claim) => JSON.stringify(claim)),
  ];
}

test('a question in plain words finds the table that answers it', async () => {
  const file = join(fixtures, 'expected/searches.yml');
  const questions = parse(readFileSync(file, 'utf8')) as { question: string; tables: string[] }[];
  const embedder = createEmbedder(world.config.embeddings, null);
  const missed: string[] = [];
  for (const { question, tables } of questions) {
    const answer = await search(world.db, { repo, question, limit: 5, queries: 0 }, embedder);
    if (!answer.tables.some(({ table }) => tables.includes(table))) missed.push(question);
  }
  const rate = 1 - missed.length / questions.length;
  assert.ok(
    rate >= 0.8,
    `${Math.round(rate * 100)} % are among the first five; missed: ${missed.join(' · ')}`,
  );
});
