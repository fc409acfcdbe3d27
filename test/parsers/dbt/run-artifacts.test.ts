import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import type { ArtifactText } from '../../../parsers/dbt/run-artifacts.ts';
import type { ReadContext } from '../../../parsers/reader.ts';
import { readFile } from '../../../parsers/registry.ts';
import { initSqlReader } from '../../../parsers/sql/index.ts';
import type { FileFacts } from '../../../schema/contracts/facts.ts';
import { commitOf, holds } from './commit.ts';

await initSqlReader();

const model = "select *, 1 as one\nfrom {{ ref('stg') }}\nwhere {{ unknown_macro() }}\n";
const files: Record<string, string> = {
  'dbt_project.yml': 'name: shop\nmodel-paths: [models]\n',
  'models/stg.sql': "select id, day from {{ source('raw', 'orders') }}",
  'models/orders.sql': model,
  'models/schema.yml': `
version: 2
sources:
  - name: raw
    tables: [{ name: orders }]
models:
  - name: orders
    columns:
      - name: id
        tests: [unique, not_null]
      - name: day
        tests: [unique]
`,
};
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const compiled = 'select *, 1 as one\nfrom prod.staging.stg\nwhere day > 7\n';

const testNode = (name: string, column: string) => ({
  resource_type: 'test',
  test_metadata: { name, kwargs: { column_name: column, model: 'm' } },
  column_name: column,
  attached_node: 'model.shop.orders',
});
const manifest = (checksum: string): ArtifactText => ({
  name: 'manifest',
  path: 'manifest.json',
  text: JSON.stringify({
    nodes: {
      'model.shop.orders': {
        resource_type: 'model',
        database: 'prod',
        schema: 'marts',
        alias: 'orders',
        compiled_code: compiled,
        checksum: { name: 'sha256', checksum },
      },
      'model.shop.stg': { resource_type: 'model', database: 'prod', schema: 'staging', alias: 'stg' },
      'test.shop.unique_id': testNode('unique', 'id'),
      'test.shop.unique_day': testNode('unique', 'day'),
      'test.shop.not_null_id': testNode('not_null', 'id'),
    },
    sources: { 'source.shop.raw.orders': { database: 'lake', schema: 'raw', identifier: 'orders_v2' } },
  }),
});
const results = (day: string): ArtifactText => ({
  name: 'run_results',
  path: 'run_results.json',
  text: JSON.stringify({
    results: [
      { unique_id: 'test.shop.unique_id', status: 'pass' },
      { unique_id: 'test.shop.unique_day', status: day },
      { unique_id: 'test.shop.not_null_id', status: 'fail' },
    ],
  }),
});
const sources: ArtifactText = {
  name: 'sources',
  path: 'sources.json',
  text: JSON.stringify({
    results: [
      {
        unique_id: 'source.shop.raw.orders',
        status: 'error',
        max_loaded_at: '2026-02-28T05:06:07+00:00',
        snapshotted_at: '2026-03-04T05:06:07.963814+00:00',
        max_loaded_at_time_ago_in_s: 345_600.963814,
        criteria: { warn_after: { count: 1, period: 'day' }, error_after: { count: 2, period: 'day' } },
      },
    ],
  }),
};

const contextOf = (artifacts: readonly ArtifactText[], more: Record<string, string> = {}): ReadContext => ({
  ...commitOf({ ...files, ...more }),
  artifacts,
});
const read = (path: string, context: ReadContext): FileFacts =>
  readFile(path, files[path] ?? '', context) as FileFacts;

test("dbt's compiled SQL and names stand before a render, as long as the file is the one that dbt compiled", () => {
  const context = contextOf([manifest(sha(model.trim()))]);
  const facts = read('models/orders.sql', context);
  const [build] = facts.builds;
  assert.deepEqual(build?.target.parts, ['prod', 'marts', 'orders']);
  assert.deepEqual(
    build?.reads.map(({ parts, line }) => [parts.join('.'), line]),
    [['prod.staging.stg', 2]],
  );
  assert.match(JSON.stringify(build?.relation), /"op":">"/);
  assert.deepEqual(facts.diagnostics, []);
  const other = read('models/orders.sql', contextOf([manifest(sha('another text'))]));
  assert.doesNotMatch(JSON.stringify(other.builds[0]?.relation), /"op":">"/);
  assert.ok(other.diagnostics.length > 0);
});

test('a test that failed is no longer relied on; one that passed says so', () => {
  const facts = read('models/schema.yml', contextOf([manifest(''), results('fail')]));
  const keys = facts.declarations.flatMap((one) =>
    one.declares === 'key' ? [[one.columns.join(), one.lastRun]] : [],
  );
  assert.deepEqual(keys, [
    ['id', 'pass'],
    ['day', 'fail'],
  ]);
  const notNull = facts.declarations.find((one) => one.declares === 'not_null');
  assert.equal(notNull?.conditional, true);
  assert.deepEqual(
    facts.declarations.flatMap((one) => (one.declares === 'caveat' ? [one.text] : [])),
    [
      "dbt's test not_null of id did not hold (fail) when it last ran",
      "dbt's test unique of day did not hold (fail) when it last ran",
    ],
  );
});

const keyOfDay = (artifacts: readonly ArtifactText[]) => {
  const facts = read('models/schema.yml', contextOf(artifacts));
  const key = facts.declarations.find((one) => one.declares === 'key' && one.columns.join() === 'day');
  return key?.declares === 'key' ? [key.lastRun, key.conditional] : null;
};

test('a test that dbt only compiled did not pass, and one that passed with rows that break it does not hold', () => {
  assert.deepEqual(keyOfDay([manifest(''), results('success')]), [undefined, false]);
  const lenient = results('pass').text.replaceAll('"status":"pass"', '"status":"pass","failures":2');
  assert.deepEqual(keyOfDay([manifest(''), { ...results(''), text: lenient }]), ['warn', false]);
});

test('a test that dbt_project.yml weakens is known from the manifest to be weak', () => {
  const warns = manifest('').text.replace('"column_name":"day","attached', '"column_name":"day","config":{"severity":"warn"},"attached'); // prettier-ignore
  assert.deepEqual(keyOfDay([{ ...manifest(''), text: warns }]), [undefined, true]);
  assert.deepEqual(keyOfDay([manifest('')]), [undefined, false]);
});

test('a stale source carries a caveat under the name that the manifest gives it', () => {
  const facts = read('models/schema.yml', contextOf([manifest(''), sources]));
  const caveat = facts.declarations.find((one) => one.declares === 'caveat');
  assert.deepEqual(caveat?.table.parts, ['lake', 'raw', 'orders_v2']);
  assert.equal(caveat?.text, 'stale (error) when dbt last looked: its newest row was of 2026-02-28');
});

test('a changed artifact makes anew what it has a part in, and nothing else', () => {
  const before = contextOf([manifest(sha(model)), results('fail')]);
  const after = contextOf([manifest(sha(model)), results('pass')]);
  const [orders, schema] = [read('models/orders.sql', before), read('models/schema.yml', before)];
  assert.deepEqual([holds(orders, before), holds(schema, before)], [true, true]);
  assert.deepEqual([holds(orders, after), holds(schema, after)], [true, false]);
  assert.equal(holds(orders, contextOf([manifest(sha('x')), results('fail')])), false);
});

test('a name of the manifest is taken only while its parts are configured as they were', () => {
  const told = (unrendered: object) =>
    manifest('').text.replace('"alias":"orders"', `"alias":"orders","config":{"schema":"gold"},"unrendered_config":${JSON.stringify(unrendered)}`); // prettier-ignore
  const target = (text: string, more = {}) =>
    read('models/orders.sql', contextOf([{ ...manifest(''), text }], more)).builds[0]?.target.parts.at(-2);
  const gold = {
    'dbt_project.yml': 'name: shop\nmodel-paths: [models]\nmodels: { shop: { +schema: gold } }\n',
  };
  assert.equal(target(told({ schema: 'gold' }), gold), 'marts');
  assert.notEqual(target(told({ schema: 'gold' })), 'marts');
  assert.equal(target(told({ schema: "{{ env_var('LAYER') }}" })), 'marts');
});

test("a manifest in the project's own target folder is read, and gives way to one that the configuration names", () => {
  const committed = { 'target/manifest.json': manifest(sha(model)).text };
  const target = (context: ReadContext) => read('models/orders.sql', context).builds[0]?.target.parts[0];
  assert.equal(target(contextOf([], committed)), 'prod');
  const named = { ...manifest(''), text: manifest('').text.replaceAll('"prod"', '"live"') };
  assert.equal(target(contextOf([named], committed)), 'live');
});

test('macros that ask the warehouse for columns take those of the catalogue', () => {
  const catalog: ArtifactText = {
    name: 'catalog',
    path: 'catalog.json',
    text: JSON.stringify({
      nodes: {
        'model.shop.stg': {
          metadata: { database: 'PROD', schema: 'STAGING', name: 'STG' },
          columns: { ID: { name: 'ID', type: 'NUMBER', index: 1 }, DAY: { name: 'DAY', type: 'DATE', index: 2 } },
        },
      },
    }),
  }; // prettier-ignore
  const star = {
    'models/all.sql': "select {{ dbt_utils.star(ref('stg'), except=['DAY']) }} from {{ ref('stg') }}",
  };
  const context = contextOf([manifest(''), catalog], star);
  const facts = readFile('models/all.sql', star['models/all.sql'], context) as FileFacts;
  assert.deepEqual(facts.diagnostics, []);
  assert.match(JSON.stringify(facts.builds[0]?.relation), /"name":"ID"/);
});
