/** A private repository over HTTP: the token reaches the server, and nothing else ever sees it. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { UserError } from '../../schema/contracts/errors.ts';
import { fetchMirror, openMirror, resolveCommit } from '../../source/mirror.ts';
import { commit, git, makeRepo, tempDir } from './git-repo.ts';

const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
const skip = existsSync(backend) ? false : 'git-http-backend is not installed';
const token = 'tok-s3cret-0815';
const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

/** Serves the repositories of a folder to whoever has the token. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== basic) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn(backend, [], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.toString('latin1', 0, end).split('\r\n').map((line) => line.split(/:\s*/, 2) as [string, string]); // prettier-ignore
    const status = headers.find(([name]) => name === 'Status')?.[1];
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.writeHead(status ? parseInt(status, 10) : 200).end(answer.subarray(end + 4));
  });
}

async function listen(t: TestContext, handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Puts a `git` first on PATH that writes down its arguments. Returns the file. */
function spyOnGit(t: TestContext): string {
  const dir = tempDir(t);
  const log = join(dir, 'arguments');
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(join(dir, 'git'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${real}' "$@"\n`, {
    mode: 0o755,
  });
  const before = process.env.PATH;
  process.env.PATH = `${dir}${delimiter}${before}`;
  t.after(() => (process.env.PATH = before));
  return log;
}

function serverOf(t: TestContext): { root: string; sha: string } {
  const root = tempDir(t);
  const repo = makeRepo(join(root, 'work'));
  const sha = commit(repo, { 'a.sql': 'select 1' });
  git(root, 'clone', '--quiet', '--bare', repo, 'private.git');
  return { root, sha };
}

test('a token is given to the server, and stands in no argument and no file', { skip }, async (t) => {
  const { root, sha } = serverOf(t);
  const origin = await listen(t, (request, response) => serve(root, request, response));
  const log = spyOnGit(t);
  const dir = tempDir(t);
  const url = `${origin.replace('//', `//x-access-token:${token}@`)}/private.git`;
  const mirror = await openMirror({ dir, name: 'm', url, baseDir: '/' });
  await fetchMirror(mirror);
  assert.equal(await resolveCommit(mirror, undefined), sha);
  const seen = readFileSync(log, 'utf8');
  assert.match(seen, /fetch .*private\.git/);
  for (const secret of [token, basic.slice(6)]) {
    assert.ok(!seen.includes(secret));
    for (const file of globSync('**/*', { cwd: dir }))
      if (statSync(join(dir, file)).isFile())
        assert.ok(!readFileSync(join(dir, file), 'latin1').includes(secret), file);
  }
});

test('without the token, access is refused in words that say what to set', { skip }, async (t) => {
  const { root } = serverOf(t);
  const origin = await listen(t, (request, response) => serve(root, request, response));
  for (const url of [`${origin}/private.git`, `${origin.replace('//', '//wrong-token@')}/private.git`])
    await assert.rejects(openMirror({ dir: tempDir(t), name: 'm', url, baseDir: '/' }), (error: Error) => {
      assert.ok(error instanceof UserError, error.message);
      assert.match(error.message, /refused access/);
      assert.ok(!error.message.includes('wrong-token'));
      return true;
    });
});

test('a redirect to another host does not take the token along', { skip }, async (t) => {
  const headers: (string | undefined)[] = [];
  const elsewhere = await listen(t, (request, response) => {
    headers.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  const origin = await listen(t, (request, response) => {
    response.writeHead(302, { location: `${elsewhere}${request.url ?? ''}` }).end();
  });
  const dir = join(tempDir(t), 'mirrors');
  mkdirSync(dir);
  const url = `${origin.replace('//', `//${token}@`)}/private.git`;
  await assert.rejects(openMirror({ dir, name: 'm', url, baseDir: '/' }));
  assert.deepEqual(headers, []);
});
