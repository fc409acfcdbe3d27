import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { detectProjects, initReaders, readFile } from '../../../parsers/registry.ts';
import type { ReadContext } from '../../../parsers/reader.ts';
import { commitOf } from './commit.ts';

before(initReaders);

const files: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\nversion: "1.0"\nmodel-paths: [models]\nprofile: shop\n',
  'models/sessions.sql': 'select 1 as session_id',
  'models/all_sessions.sql':
    "-- depends_on: {{ ref('sessions') }}\n{% for name in run_query('select 1').columns[0].values() %} select * from {{ name }} {% endfor %}",
};

test('a package of the repository itself gives its models and macros', () => {
  const context = commitOf({
    'dbt_project.yml': 'name: shop\nmacro-paths: [macros]\n',
    'macros/half.sql': '{% macro half(x) %}({{ x }} / 2){% endmacro %}',
    'models/orders.sql': 'select 1 as id',
    'integration_tests/dbt_project.yml': 'name: tests\n',
    'integration_tests/packages.yml': 'packages:\n  - local: ../\n',
    'integration_tests/models/halves.sql': "select {{ shop.half('id') }} as h from {{ ref('orders') }}",
  });
  const path = 'integration_tests/models/halves.sql';
  const facts = readFile(path, context.file?.(path)?.text ?? '', context);
  assert.deepEqual(facts?.diagnostics, []);
  assert.deepEqual(facts.builds[0]?.reads.map(({ parts }) => parts.at(-1)), ['orders']); // prettier-ignore
  // What the package builds stays its own.
  assert.equal(
    readFile('models/orders.sql', 'select 1 as id', context)?.builds[0]?.target.parts.at(-1),
    'orders',
  );
});

test('a model whose text the warehouse decides reads what it refs', () => {
  const file = (name: string): { text: string; blob: string } | undefined => {
    const text = files[name];
    return text === undefined ? undefined : { text, blob: name };
  };
  const paths = Object.keys(files);
  const context: ReadContext = { dialect: 'snowflake', projects: detectProjects(paths), file, paths };
  const [build] =
    readFile('models/all_sessions.sql', files['models/all_sessions.sql'] ?? '', context)?.builds ?? [];
  assert.deepEqual(
    build?.reads.map(({ parts }) => parts.at(-1)),
    ['sessions'],
  );
});

test('a project takes macros that lie beside its folder, if it says so', () => {
  const model = 'select 1 as id from {{ shared_table() }}';
  const texts = (macros: string): Record<string, string> => ({
    'projects/shop/dbt_project.yml': `name: shop\nversion: "1.0"\nmodel-paths: [models]\nmacro-paths: ${macros}\nprofile: shop\n`,
    'projects/shop/models/orders.sql': model,
    'dbt_macros/shared.sql': '{% macro shared_table() %} raw.orders {% endmacro %}',
  });
  const readsOf = (macros: string) =>
    readFile('projects/shop/models/orders.sql', model, commitOf(texts(macros)))?.builds[0]?.reads.map(({ parts }) => parts.at(-1)); // prettier-ignore
  assert.deepEqual(readsOf('[macros, ../../dbt_macros]'), ['orders']);
  assert.notDeepEqual(readsOf('[macros]'), ['orders']);
});

test('sources that a project declares beside its folder are its own', () => {
  const yaml =
    'sources:\n  - name: chain\n    tables:\n      - name: blocks\n        columns: [{ name: hash }]\n';
  const texts = {
    'projects/shop/dbt_project.yml': 'name: shop\nmodel-paths: [models, ../../sources]\nprofile: shop\n',
    'projects/shop/models/blocks.sql': "select * from {{ source('chain', 'blocks') }}",
    'sources/chain.yml': yaml,
  };
  const facts = readFile('sources/chain.yml', yaml, commitOf(texts));
  const declared = facts?.declarations.flatMap((one) => ('table' in one ? [one.table.parts.join('.')] : []));
  assert.deepEqual([...new Set(declared)], ['chain.blocks']);
});

test('what selectors match is told from the folder of models that holds the file, wherever that lies', () => {
  const texts = {
    'dbt/shop/dbt_project.yml':
      'name: shop\nversion: "1.0"\nmodel-paths: [../../shared/models, models/core]\n',
    'dbt/shop/models/core/web/visits.sql': 'select 1 as id',
    'shared/models/fin/bills.sql': 'select 1 as id',
  };
  const fqnOf = (path: keyof typeof texts) => readFile(path, texts[path], commitOf(texts))?.builds[0]?.fqn;
  assert.deepEqual(fqnOf('dbt/shop/models/core/web/visits.sql'), ['shop', 'web', 'visits']);
  assert.deepEqual(fqnOf('shared/models/fin/bills.sql'), ['shop', 'fin', 'bills']);
});

test('a merge that matches only a part of the table says so', () => {
  const project = 'name: shop\nversion: "1.0"\nmodel-paths: [models]\nprofile: shop\n';
  const partOf = (more: string) => {
    const model = `{{ config(materialized='incremental', unique_key='id'${more}) }} select id from raw.orders`;
    const commit = commitOf({ 'dbt_project.yml': project, 'models/orders.sql': model });
    return readFile('models/orders.sql', model, commit)?.builds[0]?.matchesPart;
  };
  assert.equal(partOf(`, incremental_predicates=["DBT_INTERNAL_DEST.day > current_date - 7"]`), true);
  assert.equal(partOf(''), undefined);
});
