import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../schema/migrations/index.ts';
import { dumpSchema } from '../../schema/dump.ts';
import { openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
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
