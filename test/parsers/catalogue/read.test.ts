import assert from 'node:assert/strict';
import test from 'node:test';
import { readCatalogue } from '../../../parsers/catalogue/read.ts';

test('columns come in the order of the catalogue, whatever the order of the rows', () => {
  const csv = readCatalogue(
    'c.csv',
    'TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,ORDINAL_POSITION,IS_NULLABLE,DATA_TYPE\n' +
      'DB,CORE,ORDERS,TOTAL,2,YES,NUMBER\nDB,CORE,USERS,ID,1,NO,NUMBER\nDB,CORE,ORDERS,ID,1,NO,NUMBER\nDB,CORE,,X,1,NO,NUMBER\n',
    'csv',
  );
  assert.deepEqual(csv.tables[0], {
    table: { parts: ['DB', 'CORE', 'ORDERS'] },
    columns: [
      { name: 'ID', type: 'NUMBER', nullable: false },
      { name: 'TOTAL', type: 'NUMBER', nullable: true },
    ],
  });
  assert.match(csv.diagnostics[0]?.message ?? '', /^1 rows/);
});

test('lines of JSON are the same; a broken line costs a count', () => {
  const { tables, diagnostics } = readCatalogue(
    'c.jsonl',
    '{"table_schema":"core","table_name":"t","column_name":"a","description":"first"}\n{oops\n',
    'jsonl',
  );
  assert.deepEqual(tables, [
    { table: { parts: ['core', 't'] }, columns: [{ name: 'a', description: 'first' }] },
  ]);
  assert.equal(diagnostics.length, 1);
});
