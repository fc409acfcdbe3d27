import assert from 'node:assert/strict';
import test from 'node:test';
import { createParsePool } from '../../../activities/parse/pool.ts';
import { commit, makeRepo, mirrorOf, tempDir } from '../../source/git-repo.ts';

test('files without a text cost a diagnostic that says why, and the others are read', async (t) => {
  const repo = makeRepo(tempDir(t));
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`;
  const sha = commit(repo, {
    'kept elsewhere.sql': pointer,
    'binary.sql': Buffer.from([1, 0, 2]),
    'line\nbreak.sql': 'create view a as select id from b',
  });
  const mirror = await mirrorOf(t, repo);
  const pool = createParsePool({ threads: 1 });
  t.after(() => pool.close());
  const config = { include: ['**'], exclude: [], defaults: [], vars: {}, maxFileBytes: 1_000 };
  const paths = ['kept elsewhere.sql', 'binary.sql', 'line\nbreak.sql'];
  const files = await pool.parse(
    { key: 'k', gitDir: mirror.gitDir, commit: sha, artifacts: [], config },
    paths.map((path) => ({ path, blob: '', dialect: 'generic' as const })),
  );
  assert.deepEqual(
    files.map(({ facts }) => [facts.diagnostics.map(({ code }) => code), facts.builds.length]),
    [
      [['crawl.lfs_pointer'], 0],
      [['crawl.binary'], 0],
      [[], 1],
    ],
  );
});
