import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { RunSummary } from '../../activities/contract.ts';
import { workflowBundle } from '../../cli/workflow-bundle.ts';
import { withShortRuns } from '../replay/history.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { createWorld, lastDay, runsOf, type World } from '../support/pipeline.ts';

const children = new Set<ChildProcess>();
after(() => children.forEach((child) => child.kill('SIGKILL')));

async function startWorker(world: World): Promise<ChildProcess> {
  const program = join(import.meta.dirname, '../../worker.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, '--data-dir', world.dir, '--config', world.configPath],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {
        ...process.env,
        DATABASE_URL: world.databaseUrl,
        TEMPORAL_ADDRESS: world.temporalAddress,
        OPENAI_API_KEY: '',
        ...(process.env.TEST_DATABASE_URL === undefined ? { TABLELORE_EMBEDDED_DATABASE: '1' } : {}),
      },
    },
  );
  children.add(child);
  const [message] = (await once(child, 'message')) as [{ kind: string }];
  assert.equal(message.kind, 'ready');
  return child;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(signal);
  await once(child, 'exit');
  children.delete(child);
}

/** The workers' own workflows, but that a silent worker is taken for dead within seconds, and a run continues as new after a few events. */
async function withShortTimeouts(world: World): Promise<void> {
  const cache = join(world.dir, 'cache');
  await workflowBundle(cache);
  const [name = ''] = readdirSync(cache);
  const code = readFileSync(join(cache, name), 'utf8');
  const short = code
    .replace(/heartbeatTimeout: '[^']+'/g, "heartbeatTimeout: '3 seconds'")
    .replace(/startToCloseTimeout: '2 minutes'/g, "startToCloseTimeout: '6 seconds'");
  assert.notEqual(short, code);
  writeFileSync(join(cache, name), withShortRuns(short));
}

async function world(): Promise<World> {
  const made = await createWorld({ worker: false });
  await withShortTimeouts(made);
  await sql`insert into tablelore.setting (name, value) values ('person_salt', 'salt')`.execute(made.db);
  return made;
}

/** Moments in a night: something of the stage is in the database, and the stage has not ended. */
const moments: Readonly<Record<string, string>> = {
  parse: `select from tablelore.facts`,
  derive: `select from tablelore.pointer where stage = 'derive'`,
  observe: `select from tablelore.log_file`,
  embed: `select from tablelore.embedding`,
};

async function reached(world: World, stage: string, ended: () => boolean): Promise<boolean> {
  while (!ended()) {
    const { rows } = await sql
      .raw(
        `select 1 as here where exists (${moments[stage]}) and not exists (select from tablelore.run_stage where stage = '${stage}')`,
      )
      .execute(world.db);
    if (rows.length > 0) return true;
    await sleep(15);
  }
  return false;
}

test('a night whose worker is killed again and again ends with the rows of an undisturbed one', async (t) => {
  const calm = await world();
  let worker = await startWorker(calm);
  await calm.night();
  await end(worker, 'SIGTERM');
  const expected = await canonicalDump(calm.db);

  const rough = await world();
  worker = await startWorker(rough);
  const handle = await rough.start('nightly', { asOf: lastDay });
  let done = false;
  const result = (handle.result() as Promise<RunSummary[]>).finally(() => (done = true));
  const killed: string[] = [];
  for (const stage of Object.keys(moments)) {
    if (!(await reached(rough, stage, () => done))) continue;
    await end(worker, 'SIGKILL');
    killed.push(stage);
    worker = await startWorker(rough);
  }
  const [summary] = await result;
  await end(worker, 'SIGTERM');
  t.diagnostic(`killed in ${killed.join(', ')}`);
  assert.ok(killed.length >= 3, `killed in ${killed.join(', ')} only`);
  assert.equal(summary?.outcome, 'published');
  assert.ok((await runsOf(rough, handle)).length > 1, 'it was never continued as new');
  assert.deepEqual(dumpDifferences(expected, await canonicalDump(rough.db)), []);
});
