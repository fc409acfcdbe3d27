import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { Database } from '../../store/database.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { currentPointers, pointerHistory, pointTables } from '../../store/pointers.ts';
import { stateHash } from '../../store/state-hash.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';

async function makeSets(db: Database, count: number): Promise<number[]> {
  const results = Array.from({ length: count }, (_, n) => ({
    table: 't',
    stage: 'derive' as const,
    inputHash: `hash ${n}`,
    claims: [],
    output: n,
  }));
  return (await saveStageResults(db, repo, results)).map((set) => set.setId);
}

async function point(db: Database, asOf: string, sets: Record<string, number | null>) {
  await pointTables(
    db,
    repo,
    asOf,
    Object.entries(sets).map(([table, setId]) => ({ table, stage: 'derive', setId })),
  );
}

async function state(db: Database, asOf: string) {
  return Object.fromEntries(await currentPointers(db, repo, asOf, 'derive'));
}

withDatabases('a night that changes nothing leaves no rows', async ({ db }) => {
  const [one = 0, two = 0] = await makeSets(db, 2);
  await point(db, '2025-01-01', { a: one, b: one, absent: null });
  await point(db, '2025-01-02', { a: one, b: one });
  await point(db, '2025-01-03', { a: two, b: one });
  assert.deepEqual(await state(db, '2024-12-31'), {});
  assert.deepEqual(await state(db, '2025-01-02'), { a: one, b: one });
  assert.deepEqual(await state(db, '2025-01-09'), { a: two, b: one });
  const { rows } = await sql<{ count: number }>`select count(*) as count from tablelore.pointer`.execute(db);
  assert.equal(rows[0]?.count, 3);
});

withDatabases('a backfill of the past cannot touch today', async ({ db }) => {
  const [one = 0, two = 0, three = 0] = await makeSets(db, 3);
  await point(db, '2025-01-01', { a: one, b: one, gone: one });
  await point(db, '2025-01-05', { b: two, gone: null });
  await point(db, '2025-01-09', { c: three });
  const nights = ['2025-01-05', '2025-01-07', '2025-01-09', '2025-02-01'];
  const before = await Promise.all(nights.map((night) => state(db, night)));

  await point(db, '2025-01-03', { a: three, b: three, gone: three, c: one, fresh: two });
  assert.deepEqual(await state(db, '2025-01-03'), { a: three, b: three, gone: three, c: one, fresh: two });
  assert.deepEqual(await state(db, '2025-01-02'), { a: one, b: one, gone: one });
  assert.deepEqual(await Promise.all(nights.map((night) => state(db, night))), before);

  await point(db, '2025-01-01', { a: null, b: two, gone: two });
  assert.deepEqual(await state(db, '2025-01-03'), { a: three, b: three, gone: three, c: one, fresh: two });
  assert.deepEqual(await Promise.all(nights.map((night) => state(db, night))), before);
});

withDatabases('doing a night again replaces what it said and no more', async ({ db }) => {
  const [one = 0, two = 0] = await makeSets(db, 2);
  await point(db, '2025-01-01', { a: one });
  await point(db, '2025-01-02', { a: two });
  await point(db, '2025-01-03', { a: one });
  await point(db, '2025-01-02', { a: one });
  assert.deepEqual(await pointerHistory(db, repo, 'a', 'derive'), [{ asOf: '2025-01-01', setId: one }]);
  await point(db, '2025-01-02', { a: null });
  assert.deepEqual(await pointerHistory(db, repo, 'a', 'derive'), [
    { asOf: '2025-01-01', setId: one },
    { asOf: '2025-01-02', setId: null },
    { asOf: '2025-01-03', setId: one },
  ]);
});

withDatabases('pointers of other repositories and stages stay as they are', async ({ db }) => {
  const [one = 0, two = 0] = await makeSets(db, 2);
  await point(db, '2025-01-01', { a: one });
  await pointTables(db, 'other', '2025-01-01', [{ table: 'a', stage: 'derive', setId: two }]);
  await pointTables(db, repo, '2025-01-01', [{ table: 'a', stage: 'card', setId: two }]);
  assert.deepEqual(await state(db, '2025-01-01'), { a: one });
});

withDatabases('two dates have one name where no table points at something else', async ({ db }) => {
  const [one = 0, two = 0] = await makeSets(db, 2);
  await point(db, '2025-01-01', { a: one, b: two });
  await point(db, '2025-01-02', { a: one, b: two, absent: null });
  await point(db, '2025-01-03', { a: two, b: one });
  await point(db, '2025-01-04', { a: one, b: two });
  await point(db, '2025-01-05', { b: null });
  const names = await Promise.all([1, 2, 3, 4, 5].map((day) => stateHash(db, repo, `2025-01-0${day}`)));
  assert.equal(names[1], names[0]);
  assert.equal(names[3], names[0]);
  assert.equal(new Set(names).size, 3);
  assert.equal(await stateHash(db, repo, '2024-12-31'), await stateHash(db, 'another', '2025-01-05'));
});
