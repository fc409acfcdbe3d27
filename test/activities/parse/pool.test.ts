import assert from 'node:assert/strict';
import test from 'node:test';
import { createParsePool } from '../../../activities/parse/pool.ts';
import { SystemError } from '../../../schema/contracts/errors.ts';

test('threads that do not start fail the work, and give no file up', async (t) => {
  // Too little memory for the reader to load.
  const pool = createParsePool({ threads: 1, heapMb: 8 });
  t.after(() => pool.close());
  const context = { key: 'a', gitDir: '.', commit: 'HEAD', artifacts: [], config: {} } as never;
  const files = ['a.sql', 'b.sql'].map((path) => ({ path, blob: path, dialect: 'generic' as const }));
  await assert.rejects(pool.parse(context, files), SystemError);
});
