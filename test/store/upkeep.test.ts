import assert from 'node:assert/strict';
import { saveTexts } from '../../store/texts.ts';
import { tableSizes, vacuum } from '../../store/upkeep.ts';
import { withDatabases } from '../support/databases.ts';

withDatabases('vacuum runs on both servers, and sizes are told', async ({ db }) => {
  await saveTexts(
    db,
    Array.from({ length: 500 }, (_, n) => ({ textHash: `h${n}`, text: `some text ${n}` })),
  );
  await vacuum(db);
  const [largest, ...others] = await tableSizes(db);
  assert.equal(largest?.table, 'search_text');
  assert.ok(others.every((one) => one.bytes <= largest.bytes));
});
