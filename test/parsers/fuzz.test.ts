import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { before } from 'node:test';
import { mutated } from '../../bench/fuzz/mutate.ts';
import { randomOf } from '../../inference/refute/random.ts';
import type { ReadContext } from '../../parsers/reader.ts';
import { detectProjects, initReaders, readFile } from '../../parsers/registry.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';

before(initReaders);

// The fixtures of every reader, side by side in one repository.
const root = path.join(import.meta.dirname, '../fixtures');
const files = new Map(
  ['bqetl', 'dataform', 'dbt/shop', 'python', 'sql', 'sqlmesh', 'terraform', 'typescript'].flatMap((kind) =>
    readdirSync(path.join(root, kind), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.facts\.json$|\.expected\b|\.txt$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((full) => [path.relative(root, full), readFileSync(full, 'utf8')] as const),
  ),
);
const paths = [...files.keys()];
const projects = detectProjects(paths);

/** The repository with other texts in place of some files'. */
function contextWith(changed: ReadonlyMap<string, string>): ReadContext {
  const file = (name: string) => {
    const text = changed.get(name) ?? files.get(name);
    return text === undefined ? undefined : { text, blob: String(text.length) };
  };
  return { dialect: 'bigquery', projects, paths: [...paths], file };
}

/** Facts, with the reader's own breakdown as an assertion and its CPU time bounded. */
function read(name: string, text: string, context: ReadContext, what: string): FileFacts | null {
  const started = process.cpuUsage();
  const facts = readFile(name, text, context);
  const { user, system } = process.cpuUsage(started);
  const crash = facts?.diagnostics.find((diagnostic) => diagnostic.code.endsWith('.crash'));
  assert.equal(crash, undefined, `${what}: ${crash?.message}`);
  const spent = (user + system) / 1000;
  assert.ok(spent < 5_000, `${what}: ${name} took ${Math.round(spent)} ms`);
  return facts;
}

test('a broken file costs diagnostics, never a crash, and no neighbour', () => {
  const random = randomOf(5);
  const untouched = contextWith(new Map());
  const names = paths.filter((name) => readFile(name, files.get(name) ?? '', untouched) !== null);
  const one = (): string => names[Math.floor(random() * names.length)] ?? '';
  for (let round = 0; round < 250; round++) {
    const [name, other] = [one(), one()];
    const text = mutated(files.get(name) ?? '', files.get(other) ?? '', random);
    const context = contextWith(new Map([[name, text]]));
    read(name, text, context, `round ${round}`);
    if (other === name || /(dbt_project|workflow_settings)\.yaml$/.test(name)) continue;
    const neighbour = read(other, files.get(other) ?? '', context, `round ${round}, beside ${name}`);
    assert.notEqual(neighbour, null, `round ${round}: ${other} is lost beside ${name}`);
  }
});

test('text that repeats without end is refused in bounded time', () => {
  const hostile = [
    '/* a */ '.repeat(20_000),
    `x = ${'('.repeat(3_000)}1${')'.repeat(3_000)}\nselect = 1`,
    'select '.repeat(50_000),
    `const a = \`${'select ${b} '.repeat(5_000)}\`;`,
    `a: ${'['.repeat(3_000)}`,
    '`'.repeat(20_001),
    '{{ a }}'.repeat(4_000),
    `SELECT a${' '.repeat(100_000)}b`,
    `x = "update ${'set update '.repeat(5_000)}"`,
    `config { assertions: { rowConditions: ["a in (${'1'.repeat(100)}x)"] } }`,
  ];
  const context: ReadContext = { dialect: 'bigquery', projects, paths };
  for (const name of [
    'a.py',
    'a.ts',
    'dataform/definitions/a.sqlx',
    'dbt/shop/models/a.sql',
    'dbt/shop/models/a.yml',
    'bqetl/sql/p/d/t/metadata.yaml',
    'bqetl/sql/p/d/t/query.sql',
  ])
    for (const text of hostile) read(name, text, context, text.slice(0, 20));
});
