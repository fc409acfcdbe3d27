import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { readPidFile, writePidFile } from '../../../cli/services/pid-file.ts';
import { identify, livenessOf } from '../../../cli/services/process-identity.ts';
import { findRunningServices } from '../../../cli/services/running-services.ts';
import type { ServicesOptions, Step } from '../../../cli/services/services.ts';
import { startServices } from '../../../cli/services/supervisor.ts';
import { findTemporal } from '../../../cli/services/temporal-binary.ts';

const root = mkdtempSync(join(tmpdir(), 'tablelore-services-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

/** A worker that says what happens to it, in its log. */
const worker = (source: string): NonNullable<ServicesOptions['workerCommand']> => ({
  command: process.execPath,
  args: ['--input-type=module', '-e', source],
});
const idle = worker(`process.send({ kind: 'ready' }); setInterval(() => undefined, 1000)`);

/** Options for everything but Temporal, which is "given" at an address nobody asks. */
function options(name: string, more: Partial<ServicesOptions> = {}): ServicesOptions & { steps: string[] } {
  const steps: string[] = [];
  const onStep = (step: Step): void => void steps.push(`${step.name} ${step.state}`);
  const dataDir = join(root, name);
  return { dataDir, temporalAddress: '127.0.0.1:1', searchAttributes: {}, onStep, steps, ...more };
}

async function gone(pids: readonly number[], limitMs: number): Promise<boolean> {
  const identities = pids.map(identify);
  for (let waited = 0; waited < limitMs; waited += 50) {
    if (identities.every((identity) => identity.startedAt === null || livenessOf(identity) === 'dead'))
      return true;
    await sleep(50);
  }
  return false;
}

const pidsIn = (dataDir: string): number[] =>
  Object.values(readPidFile(dataDir)?.services ?? {}).map((identity) => identity.pid);

test('services start in order, are found by others, come back after a crash and end in order', async () => {
  const pgModule = import.meta.resolve('pg');
  const order: string[] = [];
  const given = options('data', {
    prepare: async ({ databaseUrl }) => {
      const client = new pg.Client(databaseUrl);
      await client.connect();
      await client.query('create table seen_by_worker(what text)');
      await client.end();
      order.push('prepared');
    },
    workerCommand: worker(`
      import pg from ${JSON.stringify(pgModule)};
      const client = new pg.Client(process.env.DATABASE_URL);
      await client.connect();
      await client.query("insert into seen_by_worker values ('start')");
      process.on('SIGTERM', async () => {
        await client.query("insert into seen_by_worker values ('stop')");
        console.log('stopped with the database still there');
        process.exit(0);
      });
      process.send({ kind: 'ready' });
    `),
  });
  const services = await startServices(given);
  const { dataDir } = given;
  assert.deepEqual(order, ['prepared']);
  assert.deepEqual(given.steps.slice(-2), ['worker start', 'worker done']);
  assert.ok(given.steps.includes('temporal skip'));

  const running = await findRunningServices(dataDir);
  assert.equal(running?.databaseUrl, services.databaseUrl);
  assert.equal(running?.launcherPid, process.pid);
  assert.equal(running?.temporalAddress, null, 'a given server is not ours to hand on');

  await assert.rejects(startServices({ ...given }), new RegExp(`in use by process ${process.pid}`));

  // The worker has no handler for a lost connection: when its database dies, it does too, until the database is back.
  const events: string[] = [];
  const recovered = new Promise<void>((resolve) => {
    services.onEvent((event) => {
      events.push(`${event.service} ${event.kind}`);
      if (events.includes('database restarted') && events.includes('worker restarted')) resolve();
    });
  });
  process.kill(readPidFile(dataDir)?.services.database?.pid as number, 'SIGKILL');
  await recovered;
  assert.ok(events.includes('database crashed') && events.includes('worker crashed'));
  const client = new pg.Client(services.databaseUrl);
  await client.connect();
  assert.deepEqual((await client.query('select distinct what from seen_by_worker')).rows, [
    { what: 'start' },
  ]);
  await client.end();

  const pids = pidsIn(dataDir);
  await Promise.all([services.stop(), services.stop(), services.stopped]);
  assert.ok(await gone(pids, 1000));
  assert.match(
    readFileSync(join(dataDir, 'logs', 'worker.log'), 'utf8'),
    /stopped with the database still there/,
  );
  assert.equal(await findRunningServices(dataDir), null);
  assert.deepEqual(readdirSync(dataDir).sort(), ['logs', 'postgres']);
});

/** A launcher in a process of its own that has started its services. */
async function spawnLauncher(
  dataDir: string,
): Promise<{ pids: number[]; end(signal: NodeJS.Signals): Promise<unknown> }> {
  const program = new URL('launcher-program.ts', import.meta.url).pathname;
  const launcher = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(launcher.stdout, 'data');
  const end = async (signal: NodeJS.Signals): Promise<unknown> => {
    launcher.kill(signal);
    return (await once(launcher, 'exit'))[0];
  };
  return { pids: pidsIn(dataDir), end };
}

test('Ctrl-C ends the services before the launcher', async () => {
  const launcher = await spawnLauncher(join(root, 'data'));
  assert.equal(launcher.pids.length, 2);
  assert.equal(await launcher.end('SIGINT'), 130);
  assert.ok(await gone(launcher.pids, 50));
});

test('kill -9 of the launcher takes its services along, and the next start works', async () => {
  const launcher = await spawnLauncher(join(root, 'data'));
  assert.equal(launcher.pids.length, 2);
  await launcher.end('SIGKILL');
  assert.equal(await findRunningServices(join(root, 'data')), null);
  const services = await startServices(options('data'));
  assert.ok(await gone(launcher.pids, 50));
  await services.stop();
});

test('without another start, the watchdog alone ends what a killed launcher has left', async () => {
  const launcher = await spawnLauncher(join(root, 'data'));
  await launcher.end('SIGKILL');
  assert.ok(await gone(launcher.pids, 15_000));
});

test('what an earlier launcher has left is ended, but not a process that only has its pid', async () => {
  const dataDir = join(root, 'orphans');
  const orphan = spawn('sleep', ['60']);
  const stranger = spawn('sleep', ['60']);
  const orphanEnd = once(orphan, 'exit');
  writePidFile(dataDir, {
    version: 1,
    launcher: { ...identify(process.pid), startedAt: 'long ago' },
    startedAt: new Date().toISOString(),
    databaseUrl: null,
    temporalAddress: null,
    temporalUiUrl: null,
    services: {
      temporal: identify(orphan.pid as number),
      worker: { ...identify(stranger.pid as number), startedAt: 'long ago' },
    },
  });
  const given = options('orphans', { databaseUrl: 'postgres://nobody:secret@db.example:5432/x' });
  const services = await startServices(given);
  assert.equal((await orphanEnd)[1], 'SIGTERM');
  assert.equal(stranger.exitCode, null);
  assert.equal(stranger.signalCode, null);
  assert.deepEqual(given.steps, ['folder done', 'database skip', 'temporal skip']);
  assert.equal(services.databaseUrl, 'postgres://nobody:secret@db.example:5432/x');
  stranger.kill();
  await services.stop();
});

test('a start that fails says why, leaves nothing running and frees the folder', async () => {
  const failing = worker(`process.send({ kind: 'failed', text: 'the queue has no name' }); process.exit(1)`);
  const given = options('data', { workerCommand: failing });
  await assert.rejects(
    startServices(given),
    /worker did not start: the queue has no name\. Its log is .*worker\.log/,
  );
  assert.equal(given.steps.at(-1), 'worker fail');
  const silent = worker(`console.error('no such module'); process.exit(4)`);
  await assert.rejects(
    startServices(options('data', { workerCommand: silent })),
    /exit code 4[^]*no such module/,
  );
  await assert.rejects(
    startServices(options('data', { workerCommand: { command: '/no/such/program', args: [] } })),
    /ENOENT/,
  );
  assert.deepEqual(readdirSync(given.dataDir).sort(), ['logs', 'postgres']);
});

test('aborting ends a start under way, and services that run', async () => {
  const early = new AbortController();
  const given = options('data', {
    signal: early.signal,
    prepare: async () => early.abort(new Error('Ctrl-C')),
  });
  await assert.rejects(startServices(given), /Ctrl-C/);
  const later = new AbortController();
  const services = await startServices(options('data', { signal: later.signal, workerCommand: idle }));
  const pids = pidsIn(given.dataDir);
  later.abort();
  await services.stopped;
  assert.ok(await gone(pids, 1000));
});

test('the real Temporal server: free ports, search attributes, state that survives', async (t) => {
  const local = { env: process.env, report: () => undefined, localOnly: true };
  const missing = await findTemporal(local).then(
    () => null,
    (error: unknown) => (error as Error).message,
  );
  if (missing !== null) return t.skip(missing);
  const occupant = createServer();
  occupant.on('error', () => undefined); // another test's server has it, and may give it back at any moment
  occupant.listen(7233, '127.0.0.1');
  t.after(() => occupant.close());
  const given = options('temporal', { databaseUrl: 'postgres://db.example/x' });
  const { temporalAddress: _, ...withoutTemporal } = given;
  const registered = async (searchAttributes: ServicesOptions['searchAttributes']): Promise<string[]> => {
    const services = await startServices({ ...withoutTemporal, searchAttributes });
    t.after(() => services.stop());
    if (occupant.listening) assert.notEqual(services.temporalAddress, '127.0.0.1:7233');
    assert.equal((await fetch(services.temporalUiUrl as string)).status, 200);
    const connection = await Connection.connect({ address: services.temporalAddress });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    await connection.close();
    await services.stop();
    return Object.keys(customAttributes).sort();
  };
  assert.deepEqual(await registered({ First: 'Keyword' }), ['First']);
  assert.deepEqual(await registered({ First: 'Keyword', Second: 'Datetime' }), ['First', 'Second']);
});
