import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import type { ReadContext } from '../../parsers/reader.ts';
import {
  asksProject,
  detectProjects,
  initReaders,
  projectFiles,
  readFile,
  traceHolds,
} from '../../parsers/registry.ts';

before(initReaders);

function contextOf(files: Readonly<Record<string, string>>): ReadContext {
  const paths = Object.keys(files);
  const file = (path: string) => {
    const text = files[path];
    return text === undefined ? undefined : { text, blob: `blob of ${text}` };
  };
  return { dialect: 'bigquery', projects: detectProjects(paths), paths, file };
}

const files = {
  'workflow_settings.yaml': 'defaultProject: acme\ndefaultDataset: core\n',
  'definitions/a.sqlx': 'config { type: "view" }\nselect * from ${ref("b")}\n',
  'definitions/b.sqlx': 'config { type: "view", schema: "raw" }\nselect 1 as x\n',
};

test('facts hold until a part of the project that they used changes', () => {
  const context = contextOf(files);
  const facts = readFile('definitions/a.sqlx', files['definitions/a.sqlx'], context);
  assert.ok(facts);
  assert.deepEqual(facts.builds[0]?.reads[0]?.parts, ['acme', 'raw', 'b']);
  assert.equal(traceHolds(facts, context), true);
  assert.equal(traceHolds(facts, contextOf({ ...files, 'definitions/c.sqlx': 'select 1' })), true);
  const moved = {
    ...files,
    'definitions/b.sqlx': 'config { type: "view", schema: "mart" }\nselect 1 as x\n',
  };
  assert.equal(traceHolds(facts, contextOf(moved)), false, 'its address was');
  const settings = { ...files, 'workflow_settings.yaml': 'defaultProject: other\n' };
  assert.equal(traceHolds(facts, contextOf(settings)), false);
});

test('an action that was not there is asked for again, with no other text at hand than what answers for its project', () => {
  const { 'definitions/b.sqlx': added, ...before } = files;
  const facts = readFile('definitions/a.sqlx', files['definitions/a.sqlx'], contextOf(before));
  assert.ok(facts && added);
  const holdsAmong = (all: Readonly<Record<string, string>>): boolean => {
    const whole = contextOf(all);
    const served = new Set(projectFiles(whole.projects, whole.paths ?? []));
    const file = (path: string) => (served.has(path) ? whole.file?.(path) : undefined);
    return traceHolds(facts, { ...whole, file }, (path) => whole.file?.(path)?.blob);
  };
  assert.ok(asksProject(facts.trace));
  assert.equal(holdsAmong(before), true);
  assert.equal(holdsAmong(files), false);
});

test('a model that refers to a version rests on that version', () => {
  const dbt = {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'models/orders.yml':
      'models:\n  - name: orders\n    latest_version: 3\n    versions: [{ v: 1 }, { v: 2, config: { schema: old } }, { v: 3 }]\n',
    'models/orders_v1.sql': 'select 1 as x',
    'models/orders_v2.sql': 'select 1 as x',
    'models/orders_v3.sql': 'select 1 as x',
    'models/report.sql': `select * from {{ ref('shop', 'orders', v=2) }} join {{ ref('orders') }} using (x)`,
  };
  const facts = readFile('models/report.sql', dbt['models/report.sql'], contextOf(dbt));
  assert.ok(facts);
  assert.equal(traceHolds(facts, contextOf(dbt)), true);
  const withYaml = (from: string, to: string): ReadContext =>
    contextOf({ ...dbt, 'models/orders.yml': dbt['models/orders.yml'].replace(from, to) });
  assert.equal(traceHolds(facts, withYaml('schema: old', 'schema: older')), false, 'version 2 has moved');
  assert.equal(traceHolds(facts, withYaml('{ v: 1 }', '{ v: 1, config: { schema: a } }')), true);
  assert.equal(traceHolds(facts, withYaml('version: 3', 'version: 1')), false, 'another is the latest');
});

test('every dbt model that looks through the graph rests on what it says', () => {
  const scan = `{% for node in graph.nodes.values() if 'pii' in node.tags %}-- {{ node.name }}{% endfor %} select 1 as x`;
  const dbt = {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'models/first.sql': scan,
    'models/second.sql': scan,
    'models/other.sql': 'select 1 as x',
    'models/other.yml': 'models: [{ name: other, config: { tags: [open] } }]\n',
  };
  const context = contextOf(dbt);
  const tagged = { ...dbt, 'models/other.yml': dbt['models/other.yml'].replace('open', 'pii') };
  for (const path of ['models/first.sql', 'models/second.sql', 'models/other.sql'] as const) {
    const facts = readFile(path, dbt[path], context);
    assert.ok(facts);
    assert.equal(traceHolds(facts, contextOf(dbt)), true, path);
    assert.equal(traceHolds(facts, contextOf(tagged)), false, path);
  }
  const unrelated = {
    ...dbt,
    'models/new.yml': 'models: []\n',
    'macros/new.sql': '{% macro m() %}{% endmacro %}',
  };
  const facts = readFile('models/second.sql', scan, context);
  assert.equal(facts && traceHolds(facts, contextOf(unrelated)), true);
});

test('the write mode of a bigquery-etl query follows its metadata', () => {
  const query = 'sql/p/d/t/query.sql';
  const metadata = 'sql/p/d/t/metadata.yaml';
  const partitioned =
    'scheduling: { dag_name: x }\nbigquery: { time_partitioning: { type: day, field: day } }\n';
  const write = (yaml: string) =>
    readFile(query, 'select 1 as day', contextOf({ [query]: '', [metadata]: yaml }))?.builds[0]?.write;
  assert.equal(write(partitioned), 'partition_overwrite');
  assert.equal(
    write(partitioned.replace('dag_name: x', 'dag_name: x, date_partition_parameter: null')),
    'replace',
  );
  assert.equal(
    write(partitioned.replace('dag_name: x', 'dag_name: x, arguments: ["--append_table"]')),
    'append',
  );
  assert.equal(write('scheduling: { dag_name: x, destination_table: null }\n'), undefined);
  const context = contextOf({ [query]: '', [metadata]: partitioned });
  const facts = readFile(query, 'select 1 as day', context);
  assert.ok(facts);
  assert.equal(traceHolds(facts, contextOf({ [query]: '', [metadata]: `${partitioned}\n` })), false);
});

test('a Python model rests on the models and sources that it reads', () => {
  const dbt = {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'models/orders.sql': `{{ config(schema='a') }} select 1 as x`,
    'models/sources.yml': 'sources: [{ name: raw, tables: [{ name: items }] }]',
    'models/report.py':
      'def model(dbt, session):\n    return dbt.ref("orders").join(dbt.source("raw", "items"), "x")\n',
  };
  const facts = readFile('models/report.py', dbt['models/report.py'], contextOf(dbt));
  assert.ok(facts);
  const holds = (changed: Partial<typeof dbt>): boolean =>
    traceHolds(facts, contextOf({ ...dbt, ...changed }));
  assert.equal(holds({}), true);
  assert.equal(holds({ 'models/orders.sql': `{{ config(schema='b') }} select 1 as x` }), false);
  assert.equal(
    holds({ 'models/sources.yml': dbt['models/sources.yml'].replace('raw', 'raw, schema: b') }),
    false,
  );
});
