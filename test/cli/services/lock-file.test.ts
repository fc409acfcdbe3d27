import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { acquireLock } from '../../../cli/services/lock-file.ts';
import { identify } from '../../../cli/services/process-identity.ts';

const root = mkdtempSync(join(tmpdir(), 'tablelore-lock-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

test('of many processes that find a stale lock at once, one gets it', async () => {
  const path = join(root, 'contended.lock');
  mkdirSync(path);
  writeFileSync(join(path, 'stale'), JSON.stringify({ ...identify(process.pid), startedAt: 'long ago' }));
  writeFileSync(join(path, 'holder'), 'stale');
  const program = join(root, 'taker.ts');
  const lockModule = import.meta.resolve('../../../cli/services/lock-file.ts');
  writeFileSync(
    program,
    `import { acquireLock } from ${JSON.stringify(lockModule)};
    process.once('message', () => {
      try { acquireLock(${JSON.stringify(path)}, 'it'); process.send(true); } catch { process.send(false); }
    });
    setInterval(() => undefined, 1000);
    process.send('here');`,
  );
  const takers = Array.from({ length: 6 }, () => fork(program));
  await Promise.all(takers.map((taker) => once(taker, 'message')));
  const answers = takers.map((taker) => once(taker, 'message'));
  for (const taker of takers) taker.send('go');
  const got = (await Promise.all(answers)).map(([answer]) => answer as boolean);
  assert.equal(got.filter(Boolean).length, 1);
  for (const taker of takers) taker.kill();
});

test('a lock is released by its holder only, and leaves no files', () => {
  const path = join(root, 'own.lock');
  const first = acquireLock(path, 'it');
  const held = { name: 'LockHeldError', message: /^The thing is in use by process/ };
  assert.throws(() => acquireLock(path, 'The thing'), held);
  first.release();
  const second = acquireLock(path, 'it');
  first.release();
  assert.throws(() => acquireLock(path, 'The thing'), held);
  second.release();
  assert.equal(existsSync(path), false);
});

test('a claim from another machine is respected, half a claim is not', () => {
  const path = join(root, 'foreign.lock');
  mkdirSync(path);
  writeFileSync(join(path, 'half'), '{"pid":');
  acquireLock(path, 'it').release();
  mkdirSync(path);
  const foreign = { pid: process.pid, startedAt: '1', host: 'elsewhere', boot: 'another', namespace: null };
  writeFileSync(join(path, 'foreign'), JSON.stringify(foreign));
  writeFileSync(join(path, 'holder'), 'foreign');
  assert.throws(
    () => acquireLock(path, 'it'),
    /elsewhere, which cannot be checked from here.*remove .*foreign\.lock/,
  );
});
