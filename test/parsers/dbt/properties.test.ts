import assert from 'node:assert/strict';
import test from 'node:test';
import { dbtProperties } from '../../../parsers/dbt/yaml.ts';

test('tests are read in every form, with what makes them conditional', () => {
  const { tables } = dbtProperties(
    `models:
  - name: orders
    columns:
      - name: id
        tests:
          - unique
          - not_null: { severity: warn }
          - relationships:
              to: ref('customers')
              field: id
              config: { where: "x > 1", enabled: false }
          - name: my_values
            test_name: accepted_values
            arguments: { values: [a, b] }
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          combination_of_columns: [id, day]
          error_if: ">10"
`,
    'm.yml',
  );
  const [orders] = tables;
  const summary = [...(orders?.columns[0]?.tests ?? []), ...(orders?.tests ?? [])].map(
    ({ path: _path, ...rest }) => rest,
  );
  assert.deepEqual(summary, [
    { test: 'unique', line: 6, column: 'id', args: {} },
    { test: 'not_null', line: 7, column: 'id', args: {}, severity: 'warn' },
    {
      test: 'relationships',
      line: 8,
      column: 'id',
      args: { to: "ref('customers')", field: 'id' },
      where: 'x > 1',
      enabled: false,
    },
    {
      test: 'accepted_values',
      line: 12,
      column: 'id',
      name: 'my_values',
      args: { values: ['a', 'b'] },
    },
    {
      test: 'dbt_utils.unique_combination_of_columns',
      line: 16,
      args: { combination_of_columns: ['id', 'day'] },
      errorIf: '>10',
    },
  ]);
});

test('a source hands its settings down to its tables, which may take them back', () => {
  const { sources } = dbtProperties(
    `sources:
  - name: app
    database: raw
    loaded_at_field: at
    freshness: { warn_after: { count: 2, period: day } }
    config: { meta: { owner: { name: Ops, email: o@x.com } } }
    tables:
      - name: a
        identifier: A1
      - name: b
        freshness: null
        meta: { owner: dev }
`,
    's.yml',
  );
  assert.deepEqual(
    sources.map(({ source, name, database, identifier, freshness, loadedAtField, owner, line }) => ({
      source,
      name,
      database,
      identifier,
      freshness,
      loadedAtField,
      owner,
      line,
    })),
    [
      {
        source: 'app',
        name: 'a',
        database: 'raw',
        identifier: 'A1',
        freshness: { warnAfter: 172_800 },
        loadedAtField: 'at',
        owner: 'Ops <o@x.com>',
        line: 8,
      },
      {
        source: 'app',
        name: 'b',
        database: 'raw',
        identifier: undefined,
        freshness: undefined,
        loadedAtField: 'at',
        owner: 'dev',
        line: 10,
      },
    ],
  );
});

test('broken YAML costs a diagnostic and no more', () => {
  const { diagnostics, tables } = dbtProperties(
    'models:\n  - name: a\n    columns: [\n  - name: "b\n',
    'x.yml',
  );
  assert.ok(diagnostics.length > 0 && diagnostics.every((d) => d.path === 'x.yml'));
  assert.ok(Array.isArray(tables));
});
