/**
 * Measures asking the model about many tables: `node bench/model-load.ts [--tables 1000] [--workers 3] [--requests 3600] [--tokens 6000000] [--latency 50]
 * [--in-flight 24] [--data-dir DIR]`, on a synthetic monorepo with the flags of bench/synthetic.ts, on `--repo PATH` with `--dialect D`, or on the `--fixture`. Limits are a
 * minute's. Each table has a round of tools and an answer. The model server runs in this process and counts by a real tokenizer. `DATABASE_URL` names a
 * Postgres server of its own, with an empty database; else the embedded database is used.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { RunSummary } from '../activities/contract.ts';
import type { Services } from '../cli/services/services.ts';
import { stopOnSignals } from '../cli/services/stop-signals.ts';
import { startWorld, withClient, withDatabase } from '../cli/session.ts';
import { readSettings, type Settings } from '../cli/settings.ts';
import { explain } from '../schema/contracts/errors.ts';
import { readRun } from '../store/runs.ts';
import { speedSignal } from '../workflows/messages.ts';
import { mainQueue } from '../workflows/queues.ts';
import { dossierRows } from './model/dossiers.ts';
import { makeGround, type LoadLimits } from './model/ground.ts';
import { startLoadServer, type LoadFigures } from './model/server.ts';
import { watchSlots } from './model/slots.ts';
import { quantile } from './model/windows.ts';
import { readLength } from './repository/history.ts';
import { syntheticFlags } from './synthetic.ts';

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      ...syntheticFlags,
      repo: { type: 'string' },
      fixture: { type: 'boolean', default: false },
      workers: { type: 'string', default: '3' },
      requests: { type: 'string', default: '3600' },
      tokens: { type: 'string', default: '6000000' },
      latency: { type: 'string', default: '50' },
      'in-flight': { type: 'string', default: '24' },
      'data-dir': { type: 'string' },
    },
  });
  const kept = flags['data-dir'];
  const dataDir = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'tablelore-load-'));
  mkdirSync(dataDir, { recursive: true });
  const model = await startLoadServer(Number(flags.latency), countTokens);
  Object.assign(process.env, { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: model.baseUrl });
  const limits: LoadLimits = {
    requestsPerMinute: Number(flags.requests),
    tokensPerMinute: Number(flags.tokens),
    tablesPerNight: Number(flags.tables),
  };
  const { config, asOf } = await makeGround(dataDir, flags, limits);
  const settings = readSettings({ dataDir, config });
  const services = await startWorld(settings, () => {}, stopOnSignals());
  const more = Array.from({ length: Number(flags.workers) - 1 }, (_, index) => startWorker(settings, services, index)); // prettier-ignore
  try {
    await Promise.all(more.map((child) => once(child, 'message')));
    const night = await runNight(settings, services, asOf, Number(flags['in-flight']));
    print(night, model.figures(), limits);
  } finally {
    for (const child of more) child.kill('SIGTERM');
    await services.stop();
    model.close();
    if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

/** One worker more, for the model's queue only: the first one does the rest. */
function startWorker({ dataDir, configPath, databaseUrl }: Settings, services: Services, index: number): ChildProcess {
  const own = join(dataDir, `worker-${index}`);
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../worker.ts'), '--data-dir', own, '--config', configPath, '--queues', 'model']; // prettier-ignore
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: services.databaseUrl,
      TEMPORAL_ADDRESS: services.temporalAddress,
      ...(databaseUrl === null ? { TABLELORE_EMBEDDED_DATABASE: '1' } : {}),
    },
  });
} // prettier-ignore

async function runNight(settings: Settings, services: Services, asOf: string, inFlight: number) {
  return withClient(settings, services, async (client) => {
    const start = { taskQueue: mainQueue, workflowId: `load-${asOf}`, args: [{ asOf }] };
    const handle = await client.workflow.start('nightly', start);
    await handle.signal(speedSignal, inFlight);
    const ended = handle.result() as Promise<RunSummary[] | RunSummary>;
    const [slots, result] = await Promise.all([watchSlots(client.workflow.getHandle(handle.workflowId), ended), ended]);
    const [summary] = [result].flat();
    const stored = await withDatabase(services.databaseUrl, (db) => readRun(db, summary?.run ?? ''));
    if (!stored?.report) throw new Error('The night left no report.');
    return { report: stored.report, slots, history: await readLength(client, handle.workflowId) };
  });
} // prettier-ignore

function print(
  { report, slots, history }: Awaited<ReturnType<typeof runNight>>,
  load: LoadFigures,
  limits: LoadLimits,
): void {
  const infer = report.stages.find(({ stage }) => stage === 'infer');
  const of = (most: number, limit: number) => `${most.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')}`; // prettier-ignore
  const ms = (share: number) => `${quantile(load.betweenTurns, share).toFixed(0)} ms`;
  const lines = [
    ['outcome', report.outcome],
    ['tables read by the model', `${infer?.done ?? 0}; failed ${infer?.failed ?? 0}`],
    ['seconds of the stage', (infer?.seconds ?? 0).toFixed(0)],
    ['calls', `${load.calls}; paid for again ${load.repeated}`],
    ['tokens', load.tokens.toLocaleString('en-US')],
    ['most requests in a minute', of(load.mostRequestsAMinute, limits.requestsPerMinute)],
    ['most requests in a second', of(load.mostRequestsASecond, Math.round(limits.requestsPerMinute / 60))],
    ['most tokens in a minute', of(load.mostTokensAMinute, limits.tokensPerMinute)],
    ['most requests at once', String(load.mostAtOnce)],
    ['between two turns, median and p95', `${ms(0.5)}, ${ms(0.95)}`],
    ['tables that held a slot, tables that waited without one', `${slots.atWork.toFixed(1)}, ${slots.waiting.toFixed(1)}`],
    ['history of the whole night', `${history.events} events, ${Math.round(history.bytes / 1024)} KiB`],
    ['history a table', `${(history.events / Math.max(1, infer?.done ?? 0)).toFixed(1)} events, ${Math.round(history.bytes / Math.max(1, infer?.done ?? 0))} bytes`],
    ['load of the machine', slots.load.toFixed(1)],
    ...dossierRows(load.dossiers),
  ]; // prettier-ignore
  for (const [name = '', value = ''] of lines) console.log(`| ${name} | ${value} |`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
