import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { findTemporal } from '../../../cli/services/temporal-binary.ts';

const root = mkdtempSync(join(tmpdir(), 'tablelore-temporal-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a program called `name` that prints `output`. */
function folderWith(folder: string, name: string, output: string): string {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${output}'\n`);
  chmodSync(path, 0o755);
  return join(root, folder);
}

const find = (env: NodeJS.ProcessEnv, localOnly = true): Promise<{ path: string; place: string }> =>
  findTemporal({ env, report: () => undefined, localOnly });

test('a temporal on PATH comes first, if it is the right program; then the cache', async () => {
  const good = folderWith('good', 'temporal', 'temporal version 1.5.1');
  const other = folderWith('other', 'temporal', 'usage: temporal <date>');
  const cache = join(root, 'cache');
  folderWith('cache/bin', 'temporal-sdk-typescript-1.0.0', 'temporal version 1.5.0');
  folderWith('cache/bin', 'temporal-sdk-typescript-1.1.0.downloading', 'half a program');
  assert.deepEqual(await find({ PATH: `${root}/none:${good}`, TABLELORE_CACHE_DIR: cache }), {
    path: join(good, 'temporal'),
    place: 'temporal on PATH',
  });
  assert.deepEqual(await find({ PATH: other, XDG_CACHE_HOME: root, TABLELORE_CACHE_DIR: cache }), {
    path: join(cache, 'bin', 'temporal-sdk-typescript-1.0.0'),
    place: "the project's cache",
  });
});

test('without any, one error names every way to get one', async () => {
  // A proxy that is not there: the download fails at once, on any machine.
  const proxy = 'http://127.0.0.1:9';
  const env = {
    PATH: join(root, 'none'),
    TABLELORE_CACHE_DIR: join(root, 'empty'),
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
  };
  await assert.rejects(find(env, false), (error: Error) => {
    assert.equal(error.name, 'TemporalNotFoundError');
    for (const part of [
      'TEMPORAL_ADDRESS',
      'PATH: not there',
      'cache: nothing in',
      'SDK',
      'go install: Go is not installed',
    ]) {
      assert.ok(error.message.includes(part), `${part} is missing in:\n${error.message}`);
    }
    return true;
  });
});
