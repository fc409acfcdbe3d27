import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyInterface, withDeclared } from '../../../inference/derive/interface.ts';
import type { InterfaceColumn, TableInterface } from '../../../inference/derive/interface.ts';

const column = (name: string, more: Partial<InterfaceColumn> = {}): InterfaceColumn => ({
  name,
  type: null,
  nullable: null,
  values: null,
  ...more,
});
const open = (...columns: InterfaceColumn[]): TableInterface => ({ ...emptyInterface, columns });
const names = ({ columns }: TableInterface): string[] => columns.map(({ name }) => name);

test('a complete list of columns brings its order, and what the code says of a column stays', () => {
  const declared = { columns: ['a', 'B', 'x'].map((name) => ({ name, type: 'INT' })) };
  const code = open(column('X', { values: ['text:1'] }), column('new', { type: 'text' }));
  const shown = withDeclared(code, { ...declared, columnsComplete: true });
  assert.deepEqual(names(shown), ['a', 'B', 'X', 'new']);
  assert.deepEqual(shown.columns[2], column('X', { type: 'int', values: ['text:1'] }));
  assert.equal(shown.complete, true);
  assert.deepEqual(names(withDeclared(code, declared)), ['X', 'new', 'a', 'B']);
  assert.equal(withDeclared(code, declared).complete, false);
});

test('code that says all columns is not added to', () => {
  const shown = withDeclared(
    { ...open(column('a')), complete: true },
    { columns: [{ name: 'b', type: null }], columnsComplete: true, notNull: ['a'] },
  );
  assert.deepEqual(shown.columns, [column('a', { nullable: false })]);
});

test('a tested key is weak unless a test or the code keeps its columns from being NULL', () => {
  const testedKeys = [
    { columns: ['id', 'day'], because: 'a test', by: 'test' as const, basis: 'tested' as const },
  ];
  const weak = (table: TableInterface | null, notNull: string[]) =>
    withDeclared(table, { testedKeys, notNull }).keys.map((key) => key.weak);
  assert.deepEqual(weak(null, ['id']), [true]);
  assert.deepEqual(weak(null, ['id', 'day']), [false]);
  assert.deepEqual(weak(open(column('Day', { nullable: false })), ['id']), [false]);
  assert.deepEqual(names(withDeclared(null, { testedKeys })), ['id', 'day'], 'its columns are known');
});
