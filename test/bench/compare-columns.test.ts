import assert from 'node:assert/strict';
import test from 'node:test';
import { compareColumns } from '../../bench/graph/compare-columns.ts';

const origin = (table: string, column: string, kind: 'copy' | 'condition' = 'copy') => ({
  table,
  column,
  kind,
});

test('columns are compared with a yardstick by the columns that they are made from, whatever their case', () => {
  const ours = [
    { column: 'a', from: [origin('p.d.t', 'A')] },
    { column: 'b', from: [origin('p.d.t', 'b'), origin('p.d.t', 'flag', 'condition')] },
    { column: 'c', from: [] },
    { column: 'd', from: [origin('p.d.u', 'd')] },
  ];
  const columns = { A: ['p.d.t.a'], b: ['p.d.t.b'], c: ['p.d.t.c'], d: ['p.d.view.d'], e: ['p.d.t.e'] };
  const lines = [
    { file: 'x.sql', columns },
    { file: 'not-ours.sql', columns },
  ];
  const found = compareColumns(lines, (file) => (file === 'x.sql' ? ours : undefined), (table) => table); // prettier-ignore
  const { differences, ...sum } = found;
  assert.deepEqual(sum, { files: 2, compared: 1, columns: 5, equal: 1, both: 2, missing: 3, extra: 2 });
  assert.deepEqual(
    differences.map(({ column, what, missing, extra }) => [column, what, missing, extra]),
    [
      ['b', 'conditions only', [], ['p.d.t.flag']],
      ['c', 'nothing found', ['p.d.t.c'], []],
      ['d', 'other table', ['p.d.view.d'], ['p.d.u.d']],
      ['e', 'column not found', ['p.d.t.e'], []],
    ],
  );
});
