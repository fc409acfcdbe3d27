import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { initSqlReader, readSqlFile } from '../../../parsers/sql/index.ts';

before(initSqlReader);

const facts = (sql: string) => readSqlFile('load.sql', sql, 'bigquery');
const builds = (sql: string) =>
  facts(sql).builds.map(
    (build) =>
      `${build.write} ${build.kind} ${build.target.parts.join('.')} <- ${build.reads.map((read) => read.parts.join('.')).join(', ')}`,
  );

test('temporary tables are looked through, also where they are filled in steps', () => {
  assert.deepEqual(
    builds(
      'CREATE TEMP TABLE a AS SELECT * FROM d.one; INSERT INTO a SELECT * FROM d.two; CREATE TABLE d.out AS SELECT * FROM a JOIN d.three USING (id)',
    ),
    [
      'replace temporary a <- d.one',
      'append temporary a <- d.two',
      'replace table d.out <- d.one, d.two, d.three',
    ],
  );
});

test('an insert into a table that was just emptied replaces it', () => {
  assert.deepEqual(builds('TRUNCATE TABLE d.t; INSERT INTO d.t SELECT * FROM d.s'), [
    'replace table d.t <- d.s',
  ]);
  assert.deepEqual(builds('DELETE FROM d.t WHERE TRUE; INSERT INTO d.t SELECT * FROM d.s'), [
    'delete table d.t <- ',
    'replace table d.t <- d.s',
  ]);
  assert.deepEqual(builds('DELETE FROM d.t WHERE day = @day; INSERT INTO d.t SELECT * FROM d.s'), [
    'delete table d.t <- ',
    'partition_overwrite table d.t <- d.s',
  ]);
});

test('bare queries are analyses, and statements are counted by how well they were read', () => {
  const found = facts('SELECT * FROM d.a;\nSELECT ) FROM d.b;\nGRANT SELECT ON d.a TO x');
  assert.deepEqual(
    found.uses.map((use) => [use.kind, use.lines, use.reads.map((read) => read.parts.join('.'))]),
    [
      ['analysis', [1, 1], ['d.a']],
      ['analysis', [2, 2], ['d.b']],
    ],
  );
  assert.deepEqual(found.statements, { total: 3, parsed: 2, opaque: 1, failed: 0 });
  assert.deepEqual(
    found.diagnostics.map((each) => [each.code, each.path, each.line]),
    [['sql.syntax', 'load.sql', 2]],
  );
});
