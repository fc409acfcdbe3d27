import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { claimId } from '../../knowledge/claim-id.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import { migrations } from '../../schema/migrations/index.ts';
import { dumpSchema } from '../../schema/dump.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { countClaims, readClaims } from '../../store/claims.ts';
import { openDatabase } from '../../store/database.ts';
import { currentEdges } from '../../store/edges.ts';
import { migrate } from '../../store/migrate.ts';
import { pointTables } from '../../store/pointers.ts';
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

withEmptyDatabases('claims of before there were lists are read as they were', async ({ db }) => {
  const before = migrations.slice(
    0,
    migrations.findIndex(({ name }) => name === '0008-claim-list'),
  );
  await sql`create schema tablelore`.execute(db);
  await sql`create extension if not exists vector`.execute(db);
  await sql`create table tablelore.migration (name text primary key, applied_at timestamptz not null default now())`.execute(db); // prettier-ignore
  for (const step of before) {
    await sql.raw(step.sql).execute(db);
    await db.insertInto('tablelore.migration').values({ name: step.name }).execute();
  }
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
