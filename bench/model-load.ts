/**
 * Measures asking the model about many tables: `node bench/model-load.ts [--tables 1000] [--workers 3] [--requests 3600] [--tokens 6000000] [--latency 50]
 * [--in-flight 24] [--data-dir DIR]`, with the flags of bench/synthetic.ts. Limits are a minute's. Each table has a round of tools and an answer. The model server runs in
 * this process and counts by a real tokenizer. `DATABASE_URL` names a Postgres server of its own, with an empty database; else the embedded database is used.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { RunSummary } from '../activities/contract.ts';
import { writeConfig } from '../cli/made-config.ts';
import type { Services } from '../cli/services/services.ts';
import { stopOnSignals } from '../cli/services/stop-signals.ts';
import { startWorld, withClient, withDatabase } from '../cli/session.ts';
import { readSettings, type Settings } from '../cli/settings.ts';
import { explain } from '../schema/contracts/errors.ts';
import { readRun } from '../store/runs.ts';
import { speedSignal } from '../workflows/messages.ts';
import { mainQueue } from '../workflows/queues.ts';
import { startLoadServer, type LoadFigures } from './model/server.ts';
import { quantile } from './model/windows.ts';
import { readHistory } from './repository/history.ts';
import { syntheticFlags, syntheticOptions } from './synthetic.ts';
import { syntheticDefaults } from './synthetic/files.ts';
import { writeHistory } from './synthetic/history.ts';

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      ...syntheticFlags,
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
  const url = join(dataDir, 'monorepo');
  const options = syntheticOptions(flags);
  await writeHistory(url, options, [{ day: flags.from, changed: 0 }]);
  const config = join(dataDir, 'tablelore.yml');
  const limits = {
    requestsPerMinute: Number(flags.requests),
    tokensPerMinute: Number(flags.tokens),
    tablesPerNight: options.tables,
  };
  const repo = { name: 'synthetic', url, dialect: options.dialect, defaults: syntheticDefaults };
  writeConfig(config, JSON.stringify({ version: 1, repos: [repo], model: limits, embeddings: { provider: 'local' } })); // prettier-ignore
  const settings = readSettings({ dataDir, config });
  const services = await startWorld(settings, () => {}, stopOnSignals());
  const more = Array.from({ length: Number(flags.workers) - 1 }, (_, index) => startWorker(settings, services, index)); // prettier-ignore
  try {
    await Promise.all(more.map((child) => once(child, 'message')));
    const night = await runNight(settings, services, flags.from, Number(flags['in-flight']));
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
    const [summary] = [(await handle.result()) as RunSummary[] | RunSummary].flat();
    const stored = await withDatabase(services.databaseUrl, (db) => readRun(db, summary?.run ?? ''));
    if (!stored?.report) throw new Error('The night left no report.');
    return { report: stored.report, history: await readHistory(handle) };
  });
}

function print(
  { report, history }: Awaited<ReturnType<typeof runNight>>,
  load: LoadFigures,
  limits: { readonly requestsPerMinute: number; readonly tokensPerMinute: number },
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
    ['events in the history of the last run', `${history.events}; ${history.bytes} bytes`],
  ]; // prettier-ignore
  for (const [name = '', value = ''] of lines) console.log(`| ${name} | ${value} |`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
