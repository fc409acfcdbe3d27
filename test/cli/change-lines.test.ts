import assert from 'node:assert/strict';
import test from 'node:test';
import { changeLines } from '../../cli/change-lines.ts';
import type { Changes } from '../../schema/contracts/changes.ts';
import { noChanges } from '../support/no-changes.ts';

const plain = { style: (_format: unknown, text: string) => text };

test('a night that changed nothing has no lines', () => {
  assert.deepEqual([...changeLines(noChanges, 5, 'all', plain)], []);
});

test('a list that is cut says how much is left, and where it is', () => {
  const changes: Changes = {
    ...noChanges,
    newTables: { count: 1_203, listed: ['a.one', 'a.two', 'a.three'] },
    grainChanges: { count: 1, listed: [{ table: 'a.x', before: 'id', after: null }] },
    lostUpstreams: { count: 1, listed: [{ table: 'a.x', upstream: 'a.old', retired: true }] },
    newDiagnostics: {
      count: 1,
      listed: [{ code: 'sql.syntax', path: 'a\u001b[2J.sql', line: 3, message: 'odd' }],
    },
  };
  assert.deepEqual(
    [...changeLines(changes, 2, 'tablelore status r --all', plain)],
    [
      'Against the night of 2026-10-05, the last one of an earlier date',
      '  new           1,203 tables',
      '    a.one',
      '    a.two',
      '    and 1,201 more: tablelore status r --all',
      '  grain         1 change',
      '    a.x: id → unknown',
      '  lost upstream 1 edge',
      '    a.x no longer reads a.old, which is retired',
      '  diagnostics   1 new diagnostic',
      '    sql.syntax a.sql:3 odd',
    ],
  );
});
