import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { checkSchema } from '../../cli/worker/schema-check.ts';
import { UserError } from '../../schema/contracts/errors.ts';
import { migrations } from '../../schema/migrations/index.ts';
import { withDatabases, withEmptyDatabases } from '../support/databases.ts';

/** What a worker that knows nothing of it would stumble over. */
const takesAway = /\b(?:drop (?:table|column|schema|view)|rename (?:to|column)|alter column \w+ (?:type|set not null)|set data type)\b/i; // prettier-ignore

test('a migration that takes something away says that older workers cannot follow', () => {
  const silent = migrations.filter((step) => takesAway.test(step.sql) && step.breaking !== true);
  assert.deepEqual(silent.map(({ name }) => name), []); // prettier-ignore
});

withDatabases('a worker goes on with a newer database that only adds, and says so', async ({ db }) => {
  assert.equal(await checkSchema(db), null);
  await sql`insert into tablelore.migration (name) values ('9000-later')`.execute(db);
  assert.match((await checkSchema(db)) ?? '', /newer than this worker \(9000-later\)/);
  await sql`insert into tablelore.migration (name, breaking) values ('9001-breaks', true)`.execute(db);
  await assert.rejects(checkSchema(db), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /changed by a newer version \(9001-breaks\)/);
    return true;
  });
});

withEmptyDatabases('a worker does not begin on a database that lacks a migration', async ({ db }) => {
  await assert.rejects(checkSchema(db), { name: 'UserError', message: /lacks 0001-runs/ });
});
