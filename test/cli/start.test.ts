import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPidFile } from '../../cli/services/pid-file.ts';
import { livenessOf, type ProcessIdentity } from '../../cli/services/process-identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'tablelore-start-'));
const dataDir = join(folder, 'data');
const program = join(import.meta.dirname, '../../bin/tablelore.js');
const started = new Set<ReturnType<typeof start>>();
after(() => {
  for (const { child } of started) if (child.exitCode === null) signalGroup(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** As a terminal does it on Ctrl-C: the program and what it runs in are one group. */
const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
  if (pid !== undefined) process.kill(-pid, signal);
};

function start(...args: string[]) {
  const { OPENAI_API_KEY: _key, DATABASE_URL: _url, TEMPORAL_ADDRESS: _address, ...env } = process.env;
  const command = ['--disable-warning=ExperimentalWarning', program, 'start', '--data-dir', dataDir, ...args];
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const run = {
    child,
    out: '',
    err: '',
    ended: once(child, 'exit') as Promise<[number | null, string | null]>,
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (run.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (run.err += text));
  started.add(run);
  return run;
}

/** The launcher and its services, once all of them run. */
async function processes(run: ReturnType<typeof start>): Promise<ProcessIdentity[]> {
  for (;;) {
    const file = readPidFile(dataDir);
    if (file?.services.worker && file.services.temporal && file.services.database)
      return [file.launcher, ...Object.values(file.services)];
    assert.equal(run.child.exitCode, null, `${run.out}${run.err}`);
    await sleep(50);
  }
}

const alive = (all: readonly ProcessIdentity[]) => all.filter((one) => livenessOf(one) === 'alive');
const night = ['--once', '--as-of', '2026-09-30'] as const;

test('Ctrl-C in the middle of a night leaves no process; a second start meanwhile is told who is there', async () => {
  const first = start(...night);
  const running = await processes(first);
  const second = start(...night);
  const [code] = await second.ended;
  assert.notEqual(code, 0);
  assert.match(second.err, /is in use by process/);
  assert.match(second.err, new RegExp(`process ${running[0]?.pid ?? 0}\\b`));
  assert.equal(alive(running).length, running.length, 'the second start disturbs nothing');
  while (!/parse|link|derive/.test(first.out)) await sleep(20);
  signalGroup(first.child, 'SIGINT');
  assert.deepEqual(await first.ended, [130, null]);
  assert.deepEqual(alive(running), []);
  assert.equal(readPidFile(dataDir), null);
});

test('the next start goes on, prints its summary and a card, and ends well', async () => {
  const run = start(...night);
  const running = await processes(run);
  const [code] = await run.ended;
  assert.equal(code, 0, `${run.out}${run.err}`);
  for (const what of [
    /tables/,
    /claims/,
    /embedded/,
    /grain|one row/i,
    /Three things to try/,
    /enrich acme-data\./,
  ])
    assert.match(run.out, what);
  assert.deepEqual(alive(running), []);
});
