import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { Card } from '../../schema/contracts/card.ts';
import { readCards, saveCards } from '../../store/cards.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import type { Database } from '../../store/database.ts';
import { missingEmbeddings, saveEmbeddings } from '../../store/embeddings.ts';
import { pointTables } from '../../store/pointers.ts';
import { publishSnapshot } from '../../store/snapshots.ts';
import { missingTexts } from '../../store/texts.ts';
import { dropUnreachable } from '../../store/unreachable.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';
const dates = ['2025-01-01', '2025-01-02', '2025-01-09', '2025-01-10'] as const;

/** A card of table `a`, pointed at from the date on, with its text and vector. */
async function render(db: Database, asOf: string) {
  const text = `the card of ${asOf}`;
  const [set] = await saveStageResults(db, repo, [{ table: 'a', stage: 'card', inputHash: asOf, claims: [], output: asOf }]); // prettier-ignore
  const card = { table: 'a', description: null } as unknown as Card;
  const versions = await saveCards(db, repo, [{ table: 'a', hash: set?.outputHash ?? '', card, text, textHash: text }]); // prettier-ignore
  await pointTables(db, repo, asOf, [{ table: 'a', stage: 'card', setId: set?.setId ?? 0 }]);
  await saveEmbeddings(db, 'm', [{ textHash: text, vector: [1, 0] }]);
  return { kind: 'card' as const, ref: 'a', version: versions.get('a') ?? 0, textHash: text };
}

withDatabases('texts that nobody can find go, with their vectors; the cards stay', async ({ db }) => {
  const [first, second, third, fourth] = dates;
  const entries = async () =>
    (await db.selectFrom('tablelore.search_entry').select('text_hash').execute()).length;
  const publish = async (asOf: string) =>
    publishSnapshot(db, { repo, asOf, commit: 'c', commitOrder: 1, run: asOf, base: null, entries: [await render(db, asOf)], removed: 'all-others', model: 'm' }); // prettier-ignore
  for (const asOf of [first, second, third]) await publish(asOf);
  // Rendered, and about to be published.
  await render(db, fourth);
  // History that was never published: a while ago, and just now.
  for (const textHash of ['old', 'new']) {
    await sql`insert into tablelore.search_text (text_hash, text, made_at)
      values (${textHash}, '', now() - ${textHash === 'old' ? 3 : 1} * interval '1 day')`.execute(db);
  }
  const all = [...dates.map((asOf) => `the card of ${asOf}`), 'old', 'new'];
  assert.equal(await entries(), 3);
  assert.equal(await dropUnreachable(db), 2);
  assert.equal(await entries(), 3, 'closed a week ago, but not longer');
  assert.deepEqual(await missingTexts(db, all), [all[0], 'old']);
  assert.deepEqual(await missingEmbeddings(db, 'm', all.slice(0, 4)), [all[0]]);
  assert.equal((await readCards(db, repo, ['a'], { asOf: first })).length, 1);
  assert.equal(await dropUnreachable(db), 0);
  await publish('2025-01-11');
  await dropUnreachable(db);
  assert.equal(await entries(), 3);
});
