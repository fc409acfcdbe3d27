import assert from 'node:assert/strict';
import test from 'node:test';
import type { ReadContext } from '../../../parsers/reader.ts';
import { readFile } from '../../../parsers/registry.ts';
import { initSqlReader } from '../../../parsers/sql/index.ts';
import type { FileFacts } from '../../../schema/contracts/facts.ts';
import { commitOf, holds } from './commit.ts';

await initSqlReader();

const model = (name: string, tests: string): string =>
  `models: [{ name: ${name}, columns: [{ name: id, data_tests: ${tests} }] }]\n`;
const files: Readonly<Record<string, string>> = {
  'models/staging/a.sql': 'select id from t',
  'models/staging/a.yml': model('a', '[unique]'),
  'models/staging/kept/b.sql': 'select id from t',
  'models/staging/kept/b.yml': model('b', '[unique]'),
  'models/marts/c.sql': 'select id from t',
  'models/marts/c.yml': model('c', '[{ unique: { config: { enabled: true } } }]'),
};

const contextOf = (settings: string): ReadContext =>
  commitOf({ ...files, 'dbt_project.yml': `name: shop\n${settings}` });
const read = (path: string, context: ReadContext): FileFacts =>
  readFile(path, files[path] ?? '', context) as FileFacts;

test('a test that dbt_project.yml switches off or makes a warning is relied on by nobody', () => {
  const key = (path: string, settings: string): unknown => {
    const found = read(path, contextOf(settings)).declarations.find(({ declares }) => declares === 'key');
    assert.ok(found?.declares === 'key');
    return [found.conditional, found.disabled ?? false];
  };
  const off = 'data_tests: { shop: { +enabled: false, staging: { kept: { +enabled: true } } } }\n';
  assert.deepEqual(key('models/staging/a.yml', ''), [false, false]);
  assert.deepEqual(key('models/staging/a.yml', off), [true, true]);
  assert.deepEqual(key('models/staging/kept/b.yml', off), [false, false], 'the deeper folder counts');
  assert.deepEqual(key('models/marts/c.yml', off), [false, false], 'what the test itself says counts');
  assert.deepEqual(key('models/staging/a.yml', 'tests: { +severity: warn }\n'), [true, false]);
});

test('facts are made anew when the settings of their folder change, and not when those of another do', () => {
  const facts = read('models/staging/a.yml', contextOf(''));
  assert.equal(holds(facts, contextOf('')), true);
  assert.equal(holds(facts, contextOf('data_tests: { shop: { marts: { +enabled: false } } }\n')), true);
  assert.equal(holds(facts, contextOf('data_tests: { shop: { staging: { +enabled: false } } }\n')), false);
});
