import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { SystemError, UserError } from '../../schema/contracts/errors.ts';
import { openBlobReader } from '../../source/blobs.ts';
import { ensureCommit, fetchMirror, hasUncommittedChanges, openMirror, resolveCommit } from '../../source/mirror.ts'; // prettier-ignore
import { listTree, readTree } from '../../source/tree.ts';
import { commit, git, makeRepo, mirrorOf, tempDir } from './git-repo.ts';

test('the commit of a date is the last one of the first parents before its end', async (t) => {
  const repo = makeRepo(tempDir(t));
  const first = commit(repo, { a: '1' }, '2026-01-01T10:00:00Z');
  git(repo, 'checkout', '--quiet', '-b', 'feature');
  const side = commit(repo, { b: '1' }, '2026-01-02T10:00:00Z');
  git(repo, 'checkout', '--quiet', 'main');
  const late = commit(repo, { a: '2' }, '2026-01-03T23:59:00Z');
  process.env.TEST_COMMIT_DATE = '2026-01-05T10:00:00Z';
  git(repo, 'merge', '--quiet', '--no-ff', '-m', 'merge', 'feature');
  delete process.env.TEST_COMMIT_DATE;
  const merged = git(repo, 'rev-parse', 'HEAD');
  const mirror = await mirrorOf(t, repo);
  const at = (asOf?: string) => resolveCommit(mirror, undefined, asOf);
  assert.equal(await at('2026-01-01'), first);
  assert.equal(await at('2026-01-02'), first, `${side} stood on another branch`);
  assert.equal(await at('2026-01-03'), late);
  assert.equal(await at('2026-01-05'), merged);
  assert.equal(await at(), merged);
  await assert.rejects(at('2025-12-31'), /has no commit on or before 2025-12-31/);
});

test('a branch, a tag and a commit are found; what does not exist is told', async (t) => {
  const repo = makeRepo(tempDir(t));
  const tagged = commit(repo, { a: '1' });
  git(repo, 'tag', '-a', 'v1', '-m', 'v1');
  git(repo, 'checkout', '--quiet', '-b', 'release/a+b');
  const released = commit(repo, { a: '2' });
  git(repo, 'checkout', '--quiet', 'main');
  const branch = await mirrorOf(t, repo, { ref: 'release/a+b' });
  assert.equal(await resolveCommit(branch, 'release/a+b'), released);
  assert.equal(await resolveCommit(branch, undefined), tagged);
  assert.equal(await resolveCommit(await mirrorOf(t, repo, { ref: 'v1' }), 'v1'), tagged);
  assert.equal(await resolveCommit(branch, tagged.slice(0, 10)), tagged);
  await assert.rejects(resolveCommit(branch, 'nope'), /no branch, tag or commit "nope"/);
  for (const ref of ['; touch x', '--help', '$(id)', 'main:a'])
    await assert.rejects(resolveCommit(branch, ref), UserError, ref);
  await assert.rejects(mirrorOf(t, repo, { ref: '--upload-pack=x' }), UserError);
  await assert.rejects(ensureCommit(branch, '--help'), UserError);
});

test('commits that a force-push left behind stay readable', async (t) => {
  const repo = makeRepo(tempDir(t));
  const base = commit(repo, { a: 'base' });
  const lost = commit(repo, { a: 'lost' });
  const mirror = await mirrorOf(t, repo);
  await ensureCommit(mirror, lost);
  git(repo, 'reset', '--quiet', '--hard', base);
  const moved = commit(repo, { a: 'moved' });
  git(repo, 'reflog', 'expire', '--expire=now', '--all');
  git(repo, 'gc', '--quiet', '--prune=now');
  await fetchMirror(mirror);
  assert.equal(await resolveCommit(mirror, undefined), moved);
  git(mirror.gitDir, 'reflog', 'expire', '--expire=now', '--all');
  git(mirror.gitDir, 'gc', '--quiet', '--prune=now');
  const [file] = readTree(await listTree(mirror, lost), { include: ['**'], exclude: [], maxFileBytes: 1e6 }).files; // prettier-ignore
  const blobs = openBlobReader(mirror);
  t.after(() => blobs.close());
  assert.equal((await blobs.read(file?.blob ?? ''))?.toString(), 'lost');
  await assert.rejects(ensureCommit(mirror, 'f'.repeat(40)), /is not in/);
});

test('a repository without commits, and folders that are none, are the fault of who named them', async (t) => {
  const empty = await mirrorOf(t, makeRepo(tempDir(t)));
  await assert.rejects(resolveCommit(empty, undefined), (error: Error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /has no commits/);
    return true;
  });
  await assert.rejects(mirrorOf(t, tempDir(t)), (error: Error) => {
    assert.ok(error instanceof UserError, error.message);
    assert.match(error.message, /is not a git repository/);
    return true;
  });
  await assert.rejects(mirrorOf(t, join(tempDir(t), 'nothing')), UserError);
});

test('a detached head, a work tree and a bare clone are read like a repository', async (t) => {
  const dir = tempDir(t);
  const repo = makeRepo(join(dir, 'repo'));
  const sha = commit(repo, { a: '1' });
  git(repo, 'worktree', 'add', '--quiet', '--detach', join(dir, 'tree'));
  git(dir, 'clone', '--quiet', '--bare', repo, 'bare.git');
  for (const path of [join(dir, 'tree'), join(dir, 'bare.git'), `file://${repo}`])
    assert.equal(await resolveCommit(await mirrorOf(t, path), undefined), sha, path);
  git(repo, 'checkout', '--quiet', '--detach');
  assert.equal(await resolveCommit(await mirrorOf(t, repo), undefined), sha);
});

test('two fetches at once take turns; the lock of a process that is gone is taken over', async (t) => {
  const repo = makeRepo(tempDir(t));
  commit(repo, { a: '1' });
  const mirror = await mirrorOf(t, repo);
  const newest = commit(repo, { a: '2' });
  const dead = spawn('true');
  await once(dead, 'exit');
  writeFileSync(`${mirror.gitDir}.lock`, String(dead.pid));
  await Promise.all([fetchMirror(mirror), fetchMirror(mirror), fetchMirror(mirror)]);
  assert.equal(await resolveCommit(mirror, undefined), newest);
  assert.ok(!existsSync(`${mirror.gitDir}.lock`));
});

test('a clone that lacks objects is read as far as it goes', async (t) => {
  const dir = tempDir(t);
  const origin = makeRepo(join(dir, 'origin'));
  git(origin, 'config', 'uploadpack.allowFilter', 'true');
  const sha = commit(origin, { 'a.sql': 'select 1', 'b.sql': 'select 2' });
  const partial = join(dir, 'partial');
  git(dir, 'clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${origin}`, partial);
  git(partial, 'checkout', '--quiet', 'HEAD', '--', 'a.sql');
  rmSync(origin, { recursive: true });
  const mirror = await mirrorOf(t, partial);
  assert.equal(await resolveCommit(mirror, undefined), sha);
  await ensureCommit(mirror, sha);
  const { files } = readTree(await listTree(mirror, sha), {
    include: ['**'],
    exclude: [],
    maxFileBytes: 1e6,
  });
  const blobs = openBlobReader(mirror);
  t.after(() => blobs.close());
  const texts = await Promise.all(files.map(({ blob }) => blobs.read(blob)));
  assert.deepEqual(
    files.map(({ path }, index) => [path, texts[index]?.toString() ?? null]),
    [
      ['a.sql', 'select 1'],
      ['b.sql', null],
    ],
  );
});

test('hooks and filters of a repository never run', async (t) => {
  const repo = makeRepo(tempDir(t));
  const trap = join(tempDir(t), 'sprung');
  const sha = commit(repo, { '.gitattributes': '* filter=trap\n', 'a.sql': 'select 1' });
  git(repo, 'config', 'filter.trap.smudge', `touch ${trap}; cat`);
  git(repo, 'config', 'uploadpack.packObjectsHook', `touch ${trap};`);
  git(repo, 'config', 'core.fsmonitor', `touch ${trap};`);
  mkdirSync(join(repo, '.git/hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'reference-transaction', 'post-update'])
    writeFileSync(join(repo, '.git/hooks', hook), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
  const mirror = await mirrorOf(t, repo);
  await ensureCommit(mirror, sha);
  await listTree(mirror, sha);
  await hasUncommittedChanges({ url: repo, baseDir: '/' });
  assert.ok(!existsSync(trap));
});

test('changes that are not committed are noticed, and never read', async (t) => {
  const repo = makeRepo(tempDir(t));
  const sha = commit(repo, { a: '1', '.gitignore': 'ignored\n' });
  const dirty = () => hasUncommittedChanges({ url: repo, baseDir: '/' });
  writeFileSync(join(repo, 'ignored'), 'x');
  assert.equal(await dirty(), false);
  writeFileSync(join(repo, 'new.sql'), 'select 1');
  assert.equal(await dirty(), true);
  const mirror = await mirrorOf(t, repo);
  assert.equal(await resolveCommit(mirror, undefined), sha);
  assert.ok(!(await listTree(mirror, sha)).includes('new.sql'));
  assert.equal(await hasUncommittedChanges({ url: 'https://git.acme.example/x', baseDir: '/' }), false);
});

test('an address that nothing answers is tried again, and is told without its secret', async (t) => {
  const dir = tempDir(t);
  const url = 'http://alice:s3cret@127.0.0.1:9/x.git';
  await assert.rejects(openMirror({ dir, name: 'm', url, baseDir: '/' }), (error: Error) => {
    assert.ok(error instanceof SystemError);
    assert.ok(!JSON.stringify([error.message, String(error.cause), error.stack]).includes('s3cret'));
    return true;
  });
  assert.ok(!readdirSync(dir).some((name) => name.endsWith('.lock')));
});
