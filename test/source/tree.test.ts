import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { blobText, isLfsPointer, openBlobReader } from '../../source/blobs.ts';
import { listTree, readTree, type TreeOptions } from '../../source/tree.ts';
import { commit, git, makeRepo, mirrorOf, tempDir } from './git-repo.ts';

const everything: TreeOptions = { include: ['**'], exclude: [], maxFileBytes: 1_000_000 };
const pointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

test('submodules and symbolic links are told and never followed', async (t) => {
  const dir = tempDir(t);
  const inner = makeRepo(join(dir, 'inner'));
  commit(inner, { 'secret.sql': 'select 1' });
  const repo = makeRepo(join(dir, 'repo'));
  symlinkSync('/etc/passwd', join(repo, 'passwd.sql'));
  symlinkSync('models', join(repo, 'linked'));
  git(repo, 'add', 'passwd.sql', 'linked');
  git(repo, 'submodule', 'add', '--quiet', inner, 'vendor');
  const sha = commit(repo, { 'models/a.sql': 'select 2' });
  const mirror = await mirrorOf(t, repo);
  const tree = readTree(await listTree(mirror, sha), everything);
  assert.deepEqual(
    tree.files.map(({ path }) => path),
    ['.gitmodules', 'models/a.sql'],
  );
  assert.deepEqual(
    tree.diagnostics.map(({ code, path }) => [code, path]),
    [
      ['crawl.symlink', 'linked'],
      ['crawl.symlink', 'passwd.sql'],
      ['crawl.submodule', 'vendor'],
    ],
  );
  const wanted = (path: string) => path.endsWith('.sql');
  const some = readTree(await listTree(mirror, sha), { ...everything, wanted });
  assert.deepEqual(
    some.diagnostics.map(({ path }) => path),
    ['passwd.sql', 'vendor'],
  );
});

test('include and exclude decide, and files over the limit are told', async (t) => {
  const repo = makeRepo(tempDir(t));
  const sha = commit(repo, {
    'sql/a.sql': 'select 1',
    'sql/.hidden/b.sql': 'select 1',
    'sql/old/c.sql': 'select 1',
    'sql/huge.sql': `select '${'x'.repeat(2_000)}'`,
    'docs/d.sql': 'select 1',
  });
  const mirror = await mirrorOf(t, repo);
  const tree = readTree(await listTree(mirror, sha), {
    include: ['sql/**'],
    exclude: ['**/old/**'],
    maxFileBytes: 1_000,
  });
  assert.deepEqual(
    tree.files.map(({ path, size }) => [path, size]),
    [
      ['sql/.hidden/b.sql', 8],
      ['sql/a.sql', 8],
    ],
  );
  assert.equal(tree.excluded, 2);
  assert.deepEqual(
    tree.diagnostics.map(({ code, path }) => [code, path]),
    [['crawl.too_large', 'sql/huge.sql']],
  );
});

test('names are taken as they are, whatever a shell would make of them', async (t) => {
  const repo = makeRepo(tempDir(t));
  const names = ['; rm -rf x.sql', '$(touch y).sql', '-rf.sql', 'a b.sql', 'line\nbreak.sql', '`id`/"q".sql', 'größe/表.sql', 'tab\t.sql']; // prettier-ignore
  const sha = commit(repo, Object.fromEntries(names.map((name) => [name, `select '${name.length}'`])));
  const mirror = await mirrorOf(t, repo);
  const { files } = readTree(await listTree(mirror, sha), everything);
  assert.deepEqual(files.map(({ path }) => path).sort(), [...names].sort());
  const blobs = openBlobReader(mirror);
  t.after(() => blobs.close());
  for (const { path, blob } of files)
    assert.equal((await blobs.read(blob))?.toString(), `select '${path.length}'`);
});

test('binary files and LFS pointers have no text', () => {
  assert.equal(blobText(Buffer.from([0x50, 0x4b, 3, 4, 0, 0])), null);
  assert.ok(isLfsPointer(Buffer.from(pointer)));
  assert.equal(blobText(Buffer.from(pointer)), null);
  assert.ok(!isLfsPointer(Buffer.from(`-- ${pointer}`)));
  assert.ok(!isLfsPointer(Buffer.from(pointer + '-'.repeat(2_000))));
});

test('encodings are told', () => {
  assert.deepEqual(blobText(Buffer.from('größe')), { text: 'größe', encoding: 'utf-8' });
  assert.deepEqual(blobText(Buffer.from('größe', 'latin1')), { text: 'größe', encoding: 'latin1' });
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('größe', 'utf16le')]);
  assert.deepEqual(blobText(utf16), { text: 'größe', encoding: 'utf-16' });
});

test('objects that a repository lacks, and names that are no object, are null', async (t) => {
  const repo = makeRepo(tempDir(t));
  commit(repo, { 'a.sql': 'select 1' });
  const blobs = openBlobReader(await mirrorOf(t, repo));
  t.after(() => blobs.close());
  assert.equal(await blobs.read('0'.repeat(40)), null);
  assert.equal(await blobs.read('HEAD'), null);
  assert.equal(await blobs.read('--help'), null);
  assert.equal(await blobs.read(git(repo, 'rev-parse', 'HEAD')), null);
  assert.equal((await blobs.read(git(repo, 'rev-parse', 'HEAD:a.sql')))?.toString(), 'select 1');
});
