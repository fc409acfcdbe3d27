import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import fc from 'fast-check';
import { initSqlReader, readSql } from '../../../parsers/sql/index.ts';
import { dialects } from '../../../schema/contracts/dialect.ts';

before(initSqlReader);

const read = (sql: string) => readSql(sql, { dialect: 'bigquery', path: 'x.sql' });
const codes = (sql: string) =>
  read(sql).flatMap((each) => each.diagnostics.map((diagnostic) => diagnostic.code));

test('never throws, whatever the text', () => {
  const scraps = [
    'SELECT',
    ' FROM ',
    'a.b',
    '`',
    "'",
    '"',
    '(',
    ')',
    ',',
    ';',
    '--',
    '/*',
    '{{',
    '%}',
    '$$',
    'WITH x AS',
    'JOIN',
    '\n',
    'BEGIN',
    'END',
    'IF',
    'THEN',
    'CREATE TABLE',
    '|>',
    '\\',
    '💥',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...scraps), fc.string({ maxLength: 5 })), { maxLength: 25 })
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(text, fc.constantFrom(...dialects), (sql, dialect) => {
      for (const statement of readSql(sql, { dialect })) assert.ok(statement.lines[0] <= statement.lines[1]);
    }),
    { numRuns: 400 },
  );
});

test('a chain of thousands of conditions comes out as a shallow tree', () => {
  const chain = Array.from({ length: 4000 }, (_, index) => `a <> ${index}`).join(' AND ');
  const [statement] = read(`SELECT 1 FROM t WHERE ${chain}`);
  assert.equal(statement!.status, 'parsed');
  const depth = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
  assert.ok(depth(statement!.relation) < 60);
});

test('nesting beyond every reader costs only its statement', () => {
  const deep = `SELECT ${'('.repeat(3000)}1${')'.repeat(3000)} FROM d.deep`;
  const statements = read(`${deep};\nSELECT 1 FROM d.fine`);
  assert.deepEqual(
    statements.map((each) => each.reads.map((read) => read.parts.join('.'))),
    [['d.deep'], ['d.fine']],
  );
  assert.equal(statements[1]!.status, 'parsed');
});

test('a text of more than a million characters is not read, and says so', () => {
  assert.deepEqual(codes(`SELECT '${'x'.repeat(1_000_000)}'`), ['sql.too_large']);
});

test('lines of a rendered text are mapped to lines of the file', () => {
  const [statement] = readSql('\nSELECT a\nFROM t', { dialect: 'bigquery', lineMap: (line) => line * 10 });
  assert.deepEqual(statement!.lines, [20, 30]);
  assert.deepEqual(statement!.reads, [{ parts: ['t'], line: 30 }]);
});
