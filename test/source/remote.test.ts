import assert from 'node:assert/strict';
import test from 'node:test';
import { UserError } from '../../schema/contracts/errors.ts';
import { checkRef, displayUrl, readRemote } from '../../source/remote.ts';

test('a secret leaves the address and travels in the environment, for its own host only', () => {
  const remote = readRemote('https://alice:s3cret%40x@git.acme.example/data/pipelines.git', '/', {});
  assert.equal(remote.address, 'https://git.acme.example/data/pipelines.git');
  assert.equal(remote.env.GIT_CONFIG_KEY_0, 'http.https://git.acme.example/.extraHeader');
  const basic = Buffer.from('alice:s3cret@x').toString('base64');
  assert.equal(remote.env.GIT_CONFIG_VALUE_0, `Authorization: Basic ${basic}`);
  assert.equal(remote.env.GIT_CONFIG_KEY_1, 'http.https://git.acme.example/.followRedirects');
  assert.equal(remote.env.GIT_CONFIG_VALUE_1, 'false');
});

test('the token of the environment is used for https, and for nothing else', () => {
  const environment = { TABLELORE_GIT_TOKEN: 'tok' };
  const of = (url: string) => readRemote(url, '/', environment).env.GIT_CONFIG_VALUE_0;
  assert.equal(
    of('https://git.acme.example/x'),
    `Authorization: Basic ${Buffer.from('x-access-token:tok').toString('base64')}`,
  );
  assert.equal(of('ssh://git@git.acme.example/x'), undefined);
  assert.equal(of('git@git.acme.example:data/x.git'), undefined);
  assert.equal(of('/'), undefined);
});

for (const url of [
  'ext::sh -c "touch /tmp/x"',
  'ext::git-upload-pack',
  'fd::17',
  'git://git.acme.example/x',
  'ftp://git.acme.example/x',
  'transport-helper::ext::sh',
  'EXT::sh -c x',
  '--upload-pack=touch x',
  '-oProxyCommand=x',
]) {
  test(`${url} is refused`, () => {
    assert.throws(() => readRemote(url, '/', {}), UserError);
  });
}

test('an ssh address that hides an option is refused', () => {
  for (const url of [
    'ssh://-oProxyCommand=touch/x',
    'ssh://git@-oProxyCommand=touch/x',
    'git@-oProxyCommand=x:y',
  ])
    assert.throws(() => readRemote(url, '/', {}), UserError, url);
});

test('a path that does not exist is the fault of who gave it', () => {
  assert.throws(() => readRemote('./no-such-folder', '/', {}), /There is no repository at \/no-such-folder/);
});

test('people see addresses without their secrets', () => {
  assert.equal(displayUrl('https://alice:p@ss:w@git.acme.example/x'), 'https://git.acme.example/x');
  assert.equal(displayUrl('https://tok@git.acme.example/x@y'), 'https://git.acme.example/x@y');
  assert.equal(displayUrl('ssh://git:pw@git.acme.example/x'), 'ssh://git@git.acme.example/x');
  assert.equal(displayUrl('git@git.acme.example:x'), 'git@git.acme.example:x');
});

test('refs are names, never commands or options', () => {
  for (const ref of ['main', 'release/2026.1', 'v1.0', 'feature/a+b', 'a1b2c3d', 'dependabot/npm/@acme/x'])
    assert.equal(checkRef(ref), ref);
  for (const ref of [
    '',
    '-x',
    '--all',
    '; rm -rf /',
    '$(touch x)',
    'a b',
    'a..b',
    'HEAD@{1}',
    'a\nb',
    '`id`',
    'x:y',
    'a^',
    '*',
  ])
    assert.throws(() => checkRef(ref), UserError, ref);
});
