import assert from 'node:assert/strict';
import test from 'node:test';
import { readCatalog, readRunResults, readSourceFreshness } from '../../../parsers/dbt/artifacts.ts';
import { readManifest } from '../../../parsers/dbt/manifest.ts';

test('a manifest gives compiled SQL and tests with what they are attached to', () => {
  const manifest = readManifest(
    JSON.stringify({
      metadata: { adapter_type: 'duckdb', generated_at: '2024-01-02T03:04:05Z' },
      nodes: {
        'model.p.m': {
          resource_type: 'model',
          name: 'm',
          alias: 'mm',
          database: 'd',
          schema: 's',
          compiled_code: 'select 1',
          config: { materialized: 'table' },
          columns: { id: { name: 'id', data_type: 'int' } },
        },
        'test.p.t': {
          resource_type: 'test',
          name: 't',
          test_metadata: { name: 'not_null', kwargs: { column_name: 'id', model: '{{ x }}' } },
          depends_on: { nodes: ['model.p.m'] },
          config: { severity: 'WARN' },
        },
      },
    }),
    'manifest.json',
  );
  const node = manifest.nodes.get('model.p.m');
  assert.deepEqual(
    [node?.compiledSql, node?.relation, node?.columns],
    ['select 1', { database: 'd', schema: 's', identifier: 'mm' }, [{ name: 'id', type: 'int' }]],
  );
  assert.deepEqual(manifest.tests, [
    {
      uniqueId: 'test.p.t',
      test: 'not_null',
      args: {},
      column: 'id',
      attachedTo: 'model.p.m',
      severity: 'warn',
      enabled: true,
      dependsOn: ['model.p.m'],
    },
  ]);
});

test('catalog columns stand in the order of the table; results and freshness keep their status', () => {
  const columns = { B: { name: 'B', type: 'TEXT', index: 2 }, A: { name: 'A', type: 'INT', index: 1 } };
  const catalog = readCatalog(
    JSON.stringify({
      nodes: { 'model.p.m': { metadata: { schema: 's', name: 'm', type: 'VIEW' }, columns } },
    }),
    'catalog.json',
  );
  assert.deepEqual(
    catalog.value[0]?.columns.map((column) => column.name),
    ['A', 'B'],
  );
  const results = readRunResults(
    JSON.stringify({ results: [{ unique_id: 'test.p.t', status: 'fail', failures: 3 }] }),
    'r.json',
  );
  assert.deepEqual(results.value, [{ uniqueId: 'test.p.t', status: 'fail', failures: 3 }]);
  const freshness = readSourceFreshness(
    JSON.stringify({
      results: [{ unique_id: 'source.p.a.b', status: 'warn', max_loaded_at_time_ago_in_s: 7.5 }],
    }),
    's.json',
  );
  assert.deepEqual(freshness.value, [{ uniqueId: 'source.p.a.b', status: 'warn', ageSeconds: 7.5 }]);
});

test('what is no artifact, or not a whole one, costs one diagnostic; of a newer version the known names are read', () => {
  const code = (text: string): unknown[] =>
    readManifest(text, 'manifest.json').diagnostics.map((one) => one.code);
  const schema = (name: string) => ({ dbt_schema_version: `https://schemas.getdbt.com/dbt/${name}.json` });
  const whole = { metadata: schema('manifest/v12'), nodes: {} };
  assert.deepEqual(code('{"metadata": {"dbt_sch'), ['dbt.artifact_syntax']);
  assert.deepEqual(code(''), ['dbt.artifact_empty']);
  assert.deepEqual(code('[]'), ['dbt.artifact_kind']);
  assert.deepEqual(code(JSON.stringify({ ...whole, metadata: schema('catalog/v1') })), ['dbt.artifact_kind']);
  assert.deepEqual(code(JSON.stringify(whole)), []);
  const node = { 'model.p.m': { resource_type: 'model', name: 'm' } };
  const newer = readManifest(JSON.stringify({ metadata: schema('manifest/v20'), nodes: node }), 'm.json');
  assert.deepEqual(
    newer.diagnostics.map(({ code, severity }) => [code, severity]),
    [['dbt.artifact_version', 'info']],
  );
  assert.deepEqual([...newer.nodes.keys()], ['model.p.m']);
});
