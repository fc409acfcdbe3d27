import assert from 'node:assert/strict';
import test from 'node:test';
import { remoteHead } from '../../source/remote-head.ts';
import { commit, git, makeRepo, tempDir } from './git-repo.ts';

test('a remote tells its head without being fetched, and why it has none', async (t) => {
  const dir = tempDir(t);
  const url = makeRepo(dir);
  const head = (ref?: string) => remoteHead({ url, ref, baseDir: '/' });
  await assert.rejects(head(), /has no commits/);
  const first = commit(url, { a: '1' });
  git(url, 'tag', '-a', 'v1', '-m', 'v1');
  const second = commit(url, { a: '2' });
  assert.equal(await head(), second);
  assert.equal(await head('main'), second);
  assert.equal(await head('v1'), first, 'an annotated tag means its commit');
  assert.equal(await head(first.slice(0, 8)), null);
  await assert.rejects(head('gone'), /no branch, tag or commit "gone"/);
  await assert.rejects(remoteHead({ url: tempDir(t), ref: undefined, baseDir: '/' }), /not a git repository/);
});
