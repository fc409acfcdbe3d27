import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { claimId } from '../../knowledge/claim-id.ts';
import type { Card } from '../../schema/contracts/card.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import { migrations } from '../../schema/migrations/index.ts';
import { dumpSchema } from '../../schema/dump.ts';
import { readCards, saveCards } from '../../store/cards.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { countClaims, readClaims } from '../../store/claims.ts';
import { openDatabase, type Database } from '../../store/database.ts';
import { currentEdges } from '../../store/edges.ts';
import { pack } from '../../store/json.ts';
import { migrate } from '../../store/migrate.ts';
import { modelSpend } from '../../store/model-calls.ts';
import { modelSpendBy } from '../../store/model-spend.ts';
import { readCardsOfSets, readNamedCards } from '../../store/named-cards.ts';
import { pointTables } from '../../store/pointers.ts';
import { countCards } from '../../store/report.ts';
import { withDatabases, withEmptyDatabases } from '../support/databases.ts';

const golden = join(import.meta.dirname, '../../schema/golden.sql');

withEmptyDatabases('several may migrate at once, and one of them does it', async ({ url }) => {
  const databases = [1, 2, 3].map(() => openDatabase(url, { max: 1 }));
  try {
    const taken = await Promise.all(databases.map((db) => migrate(db)));
    assert.deepEqual(
      taken.flat(),
      migrations.map((migration) => migration.name),
    );
    assert.deepEqual(await migrate(databases[0] as never), []);
  } finally {
    for (const db of databases) await db.destroy();
  }
});

withDatabases('the schema is as schema/golden.sql has it', async ({ db }) => {
  const dump = await dumpSchema(db);
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, dump);
  const lines = dump.split('\n');
  const expected = readFileSync(golden, 'utf8').split('\n');
  const difference = [
    ...lines.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`),
    ...expected.filter((line) => !lines.includes(line)).map((line) => `- ${line}`),
  ];
  assert.deepEqual(difference, [], 'run this test with UPDATE_GOLDEN=1 if the change is meant');
  assert.ok(dump === expected.join('\n'), 'the same lines in another order');
});

/** Takes the steps before this one, as a version before it did. */
async function migrateUntil(db: Database, name: string): Promise<void> {
  await sql`create schema tablelore`.execute(db);
  await sql`create extension if not exists vector`.execute(db);
  await sql`create table tablelore.migration (name text primary key, applied_at timestamptz not null default now())`.execute(db); // prettier-ignore
  for (const step of migrations) {
    if (step.name === name) return;
    await sql.raw(step.sql).execute(db);
    await db.insertInto('tablelore.migration').values({ name: step.name }).execute();
  }
}

withEmptyDatabases('claims of before there were lists are read as they were', async ({ db }) => {
  await migrateUntil(db, '0008-claim-list');
  const claims: NewClaim[] = [
    { table: 'b', field: 'upstream', value: { table: 'a' }, origin: 'derived', confidence: 0.97, evidence: [], steps: [{ text: 'read' }] },
    { table: 'b', field: 'description', value: { text: 'é "b"' }, origin: 'declared', confidence: 1, evidence: [{ kind: 'code', path: 'b.sql', lines: [1, 2], blob: 'x' }] },
  ]; // prettier-ignore
  for (const claim of claims)
    await sql`insert into tablelore.claim values (${claimId(claim)}::uuid, 'shop', 'b', ${claim.field}, ${claim.origin},
      ${JSON.stringify(claim.value)}, ${claim.confidence}, ${JSON.stringify(claim.evidence)}, ${claim.steps ? JSON.stringify(claim.steps) : null})`.execute(db); // prettier-ignore
  await sql`insert into tablelore.claim_set (repo, table_id, stage, input_hash, claims, output, output_hash)
    values ('shop', 'b', 'link', 'h', ${claims.map(claimId)}::uuid[], '', ''), ('shop', 'b', 'derive', 'h', '{}', '', '')`.execute(db); // prettier-ignore

  await migrate(db);
  const [link, derive] = await db.selectFrom('tablelore.claim_set').select('id').orderBy('id').execute();
  const read = await readClaims(db, [link?.id ?? 0, derive?.id ?? 0]);
  assert.deepEqual(
    read.get(link?.id ?? 0),
    claims.map((claim) => ({ id: claimId(claim), ...claim })),
  );
  assert.deepEqual(read.get(derive?.id ?? 0), []);
  // The same claims again are the same list.
  await saveStageResults(db, 'shop', [
    { table: 'b', stage: 'link', inputHash: 'other', claims, output: null },
  ]);
  await pointTables(db, 'shop', '2025-01-01', [{ table: 'b', stage: 'link', setId: link?.id ?? 0 }]);
  assert.equal((await db.selectFrom('tablelore.claim_list').select('hash').execute()).length, 2);
  assert.deepEqual(await currentEdges(db, 'shop', '2025-01-01', ['a']), [{ table: 'b', upstream: 'a' }]);
  assert.deepEqual(await currentEdges(db, 'shop', '2025-01-01', ['b']), []);
  assert.deepEqual(await countClaims(db, 'shop', '2025-01-01'), [
    { field: 'description', origin: 'declared', count: 1 },
    { field: 'upstream', origin: 'derived', count: 1 },
  ]);
});

withEmptyDatabases(
  'cards of before they were stored once are read and counted as they were',
  async ({ db }) => {
    await migrateUntil(db, '0012-card-once');
    const card = { table: 'b', path: 'b.sql', columns: [{ name: 'id' }], upstream: [], joins: [], lineage: [{ column: 'id', from: [{}, {}] }], owner: null, conflicts: [{}], stale: [], usage: {} }; // prettier-ignore
    await sql`insert into tablelore.search_text (text_hash, text) values ('t', 'b')`.execute(db);
    await sql`insert into tablelore.claim_list values ('none', '{}', '{}', '{}', '{}', '')`.execute(db);
    for (const [table, output] of [
      ['a', 'another'],
      ['b', 'this one'],
    ] as const) {
      await sql`insert into tablelore.claim_set (repo, table_id, stage, input_hash, output, output_hash, claim_list)
      values ('shop', ${table}, 'card', 'h', decode(${pack({ ...card, table })}, 'base64'), ${output}, 'none')`.execute(db); // prettier-ignore
      await sql`insert into tablelore.card_version (repo, table_id, hash, card, text_hash)
      values ('shop', ${table}, 'this one', ${JSON.stringify({ ...card, table })}, 't')`.execute(db);
    }

    await migrate(db);
    const [set] = await sql<{ id: number }>`select id from tablelore.claim_set where table_id = 'b'`.execute(db).then(({ rows }) => rows); // prettier-ignore
    await pointTables(db, 'shop', '2025-01-01', [{ table: 'b', stage: 'card', setId: set?.id ?? 0 }]);
    const [stored] = await readCards(db, 'shop', null, { asOf: '2025-01-01' });
    assert.deepEqual(stored?.card, card);
    assert.deepEqual(await readCardsOfSets(db, [set?.id ?? 0]), new Map([[set?.id ?? 0, card]]));
    assert.equal((await readNamedCards(db, 'shop', [{ table: 'a', hash: 'this one' }])).get('a')?.path, 'b.sql', 'of which no set had a copy'); // prettier-ignore
    const { cards, built, withColumns, withOwner, withUse, conflicts, columnEdges } = await countCards(db, 'shop', '2025-01-01'); // prettier-ignore
    assert.deepEqual(
      [cards, built, withColumns, withOwner, withUse, conflicts, columnEdges],
      [1, 1, 1, 0, 1, 1, 2],
    );
  },
);

withEmptyDatabases('what calls of the model cost before there were payments is told, and what an older worker adds', async ({ db }) => {
  await migrateUntil(db, '0019-model-payments');
  const add = (turn: number, status: string, usd: number | null) => sql`
    insert into tablelore.model_call (repo, table_id, model, prompt_version, input_hash, generation, turn, run, request, status, input_tokens, cost_usd, asked_at)
    values ('shop', 't', 'm', '1', 'h', 0, ${turn}, 'old', '{}', ${status}, ${usd === null ? 0 : 10}, ${usd}, '2026-09-03')`.execute(db);
  await add(0, 'done', 1.5);
  await add(1, 'open', null);

  await migrate(db);
  const spent = async () => (await modelSpendBy(db, 'shop', 'month')).map(({ name, calls, input, costUsd }) => [name, calls, input, costUsd]);
  assert.deepEqual(await spent(), [['2026-09', 1, 10, 1.5]]);
  await sql`update tablelore.model_call set status = 'failed', input_tokens = input_tokens + 5, cost_usd = 0.25 where turn = 1`.execute(db);
  await sql`update tablelore.model_call set input_tokens = input_tokens + 5, cost_usd = cost_usd + 0.5, run = 'next' where turn = 0`.execute(db);
  assert.deepEqual((await spent())[0]?.slice(1), [2, 10, 0.75]);
  assert.equal((await modelSpend(db, 'old')).costUsd, 2.25, 'who made the call until then');
}); // prettier-ignore

withDatabases('a card that changes a little is stored as its difference, and read whole', async ({ db }) => {
  const versions = Array.from({ length: 4 }, (_, n) => ({ table: 'a', description: 'words '.repeat(20), columns: Array.from({ length: 40 }, (_, at) => ({ name: `column_${at * 7919}`, type: at === 3 ? `t${n}` : null })) }) as unknown as Card); // prettier-ignore
  for (const [n, card] of versions.entries())
    await saveCards(db, 'shop', [{ table: 'a', hash: `h${n}`, card, text: 't', textHash: 't' }]);
  const names = versions.map((_, n) => ({ table: 'a', hash: `h${n}` }));
  for (const [n, name] of names.entries())
    assert.deepEqual((await readNamedCards(db, 'shop', [name])).get('a'), versions[n]);
  const { rows } = await sql<{ whole: boolean; bytes: number }>`
    select base is null as whole, length(body) as bytes from tablelore.card_version order by id`.execute(db);
  assert.deepEqual(rows.map(({ whole }) => whole), [true, false, false, false]); // prettier-ignore
  assert.ok(rows.slice(1).every(({ bytes }) => bytes * 4 < (rows[0]?.bytes ?? 0)));
});
