import assert from 'node:assert/strict';
import type { Card } from '../../schema/contracts/card.ts';
import { readCards, saveCards } from '../../store/cards.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import type { Database } from '../../store/database.ts';
import { lastNight, recordNight } from '../../store/nights.ts';
import { dropNights } from '../../store/old-nights.ts';
import { pointTables, readPointers } from '../../store/pointers.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';
const nights = ['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-04'] as const;

/** Cards of tables that say these words; null: the table is retired. */
async function night(db: Database, asOf: string, cards: Readonly<Record<string, string | null>>) {
  for (const [table, words] of Object.entries(cards)) {
    if (words === null) {
      await pointTables(db, repo, asOf, [{ table, stage: 'card', setId: null }]);
      continue;
    }
    const [set] = await saveStageResults(db, repo, [{ table, stage: 'card', inputHash: words, claims: [], output: words }]); // prettier-ignore
    assert.ok(set);
    const card = { table, description: words.repeat(50) } as unknown as Card;
    await saveCards(db, repo, [{ table, hash: set.outputHash, card, text: words, textHash: words }]);
    await pointTables(db, repo, asOf, [{ table, stage: 'card', setId: set.setId }]);
  }
  await recordNight(db, repo, {
    asOf,
    run: asOf,
    commit: 'c',
    nightHash: asOf,
    published: true,
    stateHash: null,
  });
}

const countOf = async (db: Database, table: 'claim_set' | 'claim_list' | 'card_version') =>
  (await db.selectFrom(`tablelore.${table}`).selectAll().execute()).length;

withDatabases('old nights go with what only they say; later ones read as before', async ({ db }) => {
  await night(db, nights[0], { a: 'one', b: 'same', gone: 'here' });
  await night(db, nights[1], { a: 'two', gone: null });
  await night(db, nights[2], { a: 'three' });
  await night(db, nights[3], { a: 'two' });
  const at = async (asOf: string) => ({
    pointers: (await readPointers(db, repo, asOf)).map(({ table, setId }) => [table, setId]),
    cards: await readCards(db, repo, null, { asOf }),
  });
  const later = await Promise.all(nights.slice(2).map(at));
  assert.deepEqual(later.map(({ cards }) => cards.length), [2, 2]); // prettier-ignore

  assert.deepEqual(await dropNights(db, repo, '2024-12-31'), { oldest: null, nights: 0, sets: 0, cards: 0 });
  // The first words of table a are what its later cards are the difference from; its version stays for them.
  assert.deepEqual(await dropNights(db, repo, nights[2]), {
    oldest: nights[2],
    nights: 2,
    sets: 2,
    cards: 1,
  });
  assert.deepEqual(await Promise.all(nights.slice(2).map(at)), later);
  assert.equal(await lastNight(db, repo, nights[1]), null);
  assert.equal(await countOf(db, 'claim_set'), 3);
  assert.equal(await countOf(db, 'claim_list'), 1);
  assert.deepEqual(await dropNights(db, repo, nights[2]), {
    oldest: nights[2],
    nights: 0,
    sets: 0,
    cards: 0,
  });
});

withDatabases('nothing points at results that were dropped meanwhile', async ({ db }) => {
  await assert.rejects(
    pointTables(db, repo, nights[0], [{ table: 'a', stage: 'card', setId: 4711 }]),
    /Trying again/,
  );
});
