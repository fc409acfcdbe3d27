import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { before } from 'node:test';
import fc from 'fast-check';
import type { ReadContext } from '../../parsers/reader.ts';
import { detectProjects, initReaders, readFile } from '../../parsers/registry.ts';

before(initReaders);

const root = path.join(import.meta.dirname, '../fixtures');
const kinds = ['bqetl', 'dataform', 'python', 'typescript'];
const files = kinds.flatMap((kind) =>
  readdirSync(path.join(root, kind), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.facts.json'))
    .map((entry) => {
      const full = path.join(entry.parentPath, entry.name);
      return { path: path.relative(path.join(root, kind), full), text: readFileSync(full, 'utf8') };
    }),
);
const paths = files.map((file) => file.path);
const context: ReadContext = { dialect: 'bigquery', projects: detectProjects(paths), paths };

const noise = [
  '{',
  '}',
  '(',
  '"',
  "'",
  '`',
  '${',
  '{{',
  '%}',
  '\n',
  ': ',
  '- ',
  '/*',
  '*/',
  '\0',
  '\uFFFD',
  ', ',
  '*&a',
];

/** A file of the fixtures, cut and spliced at random places. */
const broken = fc
  .record({
    file: fc.constantFrom(...files),
    cuts: fc.array(fc.record({ at: fc.nat(), remove: fc.nat(40), put: fc.constantFrom(...noise) }), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .map(({ file, cuts }) => {
    let { text } = file;
    for (const { at, remove, put } of cuts) {
      const from = at % (text.length + 1);
      text = text.slice(0, from) + put + text.slice(from + remove);
    }
    return { path: file.path, text };
  });

test('a broken file costs diagnostics, never a crash', () => {
  fc.assert(
    fc.property(broken, (file) => {
      const facts = readFile(file.path, file.text, context);
      const crash = facts?.diagnostics.find((diagnostic) => diagnostic.code.endsWith('.crash'));
      assert.equal(crash, undefined, crash?.message);
    }),
    { numRuns: 300 },
  );
});

test('text that repeats without end is refused in bounded time', () => {
  const hostile = [
    '/* a */ '.repeat(20_000),
    `x = ${'('.repeat(3_000)}1${')'.repeat(3_000)}\nselect = 1`,
    'select '.repeat(50_000),
    `const a = \`${'select ${b} '.repeat(5_000)}\`;`,
    `a: ${'['.repeat(3_000)}`,
    '`'.repeat(20_001),
  ];
  for (const name of [
    'a.py',
    'a.ts',
    'definitions/a.sqlx',
    'sql/p/d/t/metadata.yaml',
    'sql/p/d/t/query.sql',
  ]) {
    for (const text of hostile) {
      const started = process.cpuUsage();
      readFile(name, text, context);
      const { user, system } = process.cpuUsage(started);
      const spent = (user + system) / 1000;
      assert.ok(spent < 5_000, `${name} took ${Math.round(spent)} ms on ${text.slice(0, 20)}…`);
    }
  }
});
