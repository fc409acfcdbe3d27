import assert from 'node:assert/strict';
import test from 'node:test';
import { linesOf, redactLines } from '../../knowledge/redact-lines.ts';

test('line numbers stay true where a secret spans lines', () => {
  const key = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBg', '-----END PRIVATE KEY-----'];
  const lines = redactLines(['select 1', ...key, 'select 2', ''].join('\n'));
  assert.deepEqual(lines, ['select 1', '«redacted:private-key»', '', '', 'select 2']);
});

test('lines are counted the same with either line end', () => {
  assert.deepEqual(linesOf('a\r\nb\n\nc\n'), ['a', 'b', '', 'c']);
});
