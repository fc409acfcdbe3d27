import assert from 'node:assert/strict';
import test from 'node:test';
import { newDiagnostics } from '../../../knowledge/report/changes.ts';
import type { Diagnostic } from '../../../schema/contracts/diagnostic.ts';

const one = (path: string, line: number, message = 'odd'): Diagnostic => ({
  code: 'sql.syntax',
  severity: 'error',
  fault: 'user',
  message,
  path,
  line,
});

test('a diagnostic that moved is not new, a second one of the same words is', () => {
  const before = [one('a.sql', 3), one('b.sql', 1)];
  const after = [one('a.sql', 7), one('a.sql', 9), one('c.sql', 1)];
  assert.deepEqual(
    newDiagnostics(before, after).map(({ path, line }) => [path, line]),
    [
      ['a.sql', 9],
      ['c.sql', 1],
    ],
  );
  assert.deepEqual(newDiagnostics(before, before), []);
});
