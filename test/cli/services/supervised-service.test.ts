import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { ServiceProgram } from '../../../cli/services/child-service.ts';
import { identify } from '../../../cli/services/process-identity.ts';
import { supervise } from '../../../cli/services/supervised-service.ts';

const root = mkdtempSync(join(tmpdir(), 'tablelore-supervised-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

const program = (source: string, log = 'worker.log'): ServiceProgram => ({
  name: 'worker',
  command: process.execPath,
  args: ['-e', source],
  env: process.env,
  logFile: join(root, log),
  startLimitMs: 5000,
  stopLimitMs: 300,
});

test('a service that keeps crashing is given up after eight restarts', async () => {
  const kinds: string[] = [];
  let last = '';
  await new Promise<void>((resolve) => {
    supervise(program(`process.send({ kind: 'ready' }); setTimeout(() => process.exit(3), 20)`), {
      firstDelayMs: 1,
      onPid: () => undefined,
      onEvent: (event) => {
        kinds.push(event.kind);
        last = event.text;
        if (event.kind === 'gave-up') resolve();
      },
    });
  });
  assert.deepEqual(kinds, [...Array.from({ length: 8 }, () => ['crashed', 'restarted']).flat(), 'gave-up']);
  assert.match(last, /worker is down \(exit code 3\)/);
});

test('a service that does not end on SIGTERM is killed, with what it has started', async () => {
  const deaf = `process.on('SIGTERM', () => undefined);
    const child = require('node:child_process').spawn('sleep', ['60']);
    console.log(child.pid); process.send({ kind: 'ready' }); setInterval(() => undefined, 1000)`;
  const service = supervise(program(deaf, 'deaf.log'), { onEvent: () => undefined, onPid: () => undefined });
  await service.ready;
  const pid = service.pid as number;
  await service.stop();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  const [child] = readFileSync(join(root, 'deaf.log'), 'utf8').split('\n');
  assert.equal(identify(Number(child)).startedAt, null, 'its child is gone as well');
});

test('a service can be ended while it starts', async () => {
  const service = supervise(program('setInterval(() => undefined, 1000)'), {
    onEvent: () => assert.fail('no crash'),
    onPid: () => undefined,
  });
  const failed = assert.rejects(service.ready, /signal SIGTERM/);
  await service.stop();
  await failed;
  assert.equal(service.pid, null);
});
