import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { queryLogFiles, queryLogId } from '../fixtures/generate-query-log.ts';
import { readAnnotations, readPeople } from '../parsers/annotations/read.ts';
import { configSchema } from '../schema/contracts/config.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const read = (file: string): string => readFileSync(path.join(FIXTURES, file), 'utf8');
const yaml = <T>(file: string): T => parse(read(file)) as T;

interface ExpectedTable {
  path: string | null;
  upstream: string[];
  joins?: { to: string }[];
  inherited?: { from: string }[];
}

function expectedTables(): Map<string, ExpectedTable> {
  const files = readdirSync(path.join(FIXTURES, 'expected/tables'));
  return new Map(
    files.flatMap((file) => Object.entries(yaml<Record<string, ExpectedTable>>(`expected/tables/${file}`))),
  );
}

test('expected tables name files and tables that exist', () => {
  const tables = expectedTables();
  assert.ok(tables.size >= 60, `${tables.size} tables`);
  for (const [id, table] of tables) {
    assert.equal(id, id.toLowerCase());
    if (table.path !== null) assert.ok(existsSync(path.join(FIXTURES, 'monorepo', table.path)), table.path);
    const named = [
      ...table.upstream,
      ...(table.joins ?? []).map((join) => join.to),
      ...(table.inherited ?? []).map((predicate) => predicate.from),
    ];
    for (const other of named) assert.ok(tables.has(other), `${id} names ${other}`);
  }
  const columns = yaml<{ table: string; from: { table: string }[] }[]>('expected/columns.yml');
  for (const { table, from } of columns) {
    const upstream = new Set(tables.get(table)?.upstream);
    for (const source of from)
      assert.ok(upstream.has(source.table), `${table} does not read ${source.table}`);
  }
  for (const { pair } of yaml<{ pair: string[] }[]>('expected/similar.yml')) {
    for (const id of pair) assert.ok(tables.has(id), id);
  }
});

test('the query logs are those that shapes.yml gives', async () => {
  for (const [file, text] of await queryLogFiles()) assert.equal(read(`query-log/${file}`), text, file);
});

test('every shape of query has an expected tier, and its example is in the log', async () => {
  const shapes = yaml<{ shapes: { shape: string; dialect?: string }[] }>('query-log/shapes.yml').shapes;
  const expected = yaml<Record<string, { example: string | null; tables: string[] }>>('expected/queries.yml');
  assert.deepEqual(Object.keys(expected).toSorted(), shapes.map((each) => each.shape).toSorted());
  const files = await queryLogFiles();
  const tables = expectedTables();
  for (const { shape, dialect } of shapes) {
    const { example, tables: named } = expected[shape]!;
    const retired = 'acme-data.shop_derived.daily_revenue_v1';
    for (const id of named) assert.ok(tables.has(id) || id === retired, `${shape} names ${id}`);
    if (example === null) continue;
    const file = dialect === 'postgres' ? `backoffice/${example}.jsonl` : `${example}.jsonl`;
    assert.ok(files.get(file)?.includes(queryLogId(shape, example)), `${shape} has no run on ${example}`);
  }
});

test('configuration, people and annotations are valid, but for the entry that is meant to be bad', () => {
  configSchema.parse(yaml('tablelore.yml'));
  assert.deepEqual(readPeople('people.yml', read('people.yml')).diagnostics, []);
  const { annotations, diagnostics } = readAnnotations('annotations.yml', read('annotations.yml'));
  const outcomes = yaml<{ table: string; person: string; outcome: string }[]>('expected/annotations.yml');
  assert.deepEqual(
    annotations.map((note) => [note.table, note.person]),
    outcomes.filter((each) => each.outcome !== 'invalid').map((each) => [each.table, each.person]),
  );
  assert.equal(diagnostics.length, 1);
});

test('a note is expected to be stale exactly where the cited file is no longer the one it was written about', () => {
  const { annotations } = readAnnotations('annotations.yml', read('annotations.yml'));
  const outcomes = yaml<{ table: string; person: string; outcome: string }[]>('expected/annotations.yml');
  const stale = annotations.filter((note) =>
    note.cites?.some((cite) => {
      const file = path.join(FIXTURES, 'monorepo', cite.path);
      return (
        execFileSync('git', ['hash-object', '--no-filters', file], { encoding: 'utf8' }).trim() !== cite.blob
      );
    }),
  );
  assert.deepEqual(
    stale.map((note) => note.person),
    outcomes.filter((each) => each.outcome === 'stale').map((each) => each.person),
  );
});
