/** Composition root of the worker: settings, database, model, pool, activities, two queues, shutdown. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/index.ts';
import { createEmbedder } from './activities/embed/embedder.ts';
import { createModelClient } from './activities/infer/model-client.ts';
import { createParsePool } from './activities/parse/pool.ts';
import { tellLauncher } from './cli/services/service-message.ts';
import { readSettings } from './cli/settings.ts';
import { nativeConnectionOptions, registerOn } from './cli/temporal.ts';
import { workerLogger } from './cli/worker-log.ts';
import { workflowBundle } from './cli/workflow-bundle.ts';
import { explain, UserError } from './schema/contracts/errors.ts';
import { openDatabase } from './store/database.ts';
import { personSalt } from './store/settings.ts';
import { searchAttributes } from './workflows/search-attributes.ts';
import { mainQueue, modelQueue } from './workflows/queues.ts';

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: { 'data-dir': { type: 'string' }, config: { type: 'string' } },
  });
  const settings = readSettings({ dataDir: flags['data-dir'], config: flags.config });
  const { databaseUrl, config } = settings;
  const { address, namespace } = settings.temporal;
  if (databaseUrl === null)
    throw new UserError('DATABASE_URL is not set.', { next: 'Set it, or run `tablelore start`.' });
  if (address === null)
    throw new UserError('TEMPORAL_ADDRESS is not set.', { next: 'Set it, or run `tablelore start`.' });

  Runtime.install({ logger: workerLogger(), shutdownSignals: [] });
  const access =
    settings.openaiKey === null ? null : { apiKey: settings.openaiKey, baseUrl: settings.openaiBaseUrl };
  const db = openDatabase(databaseUrl, { max: 6 });
  const pool = createParsePool({ threads: config.parseThreads ?? Math.max(1, cpus().length) });
  const activities = createActivities({
    db,
    config,
    configDir: settings.configDir,
    mirrorDir: join(settings.dataDir, 'mirrors'),
    pool,
    embedder: createEmbedder(config.embeddings, access),
    model: access === null || !config.model.enabled ? null : createModelClient(config.model, access),
    keepsHouse: settings.embeddedDatabase,
    webhookSecret: settings.webhookSecret,
    personSalt: await personSalt(db),
  });

  // Workflows set them, so they must be there before the first one runs.
  await registerOn(settings.temporal, address, searchAttributes);
  const connection = await NativeConnection.connect(
    await nativeConnectionOptions(settings.temporal, address),
  );
  const common = { connection, namespace, activities, shutdownGraceTime: '10 seconds' } as const;
  const mainWorker = await Worker.create({
    ...common,
    taskQueue: mainQueue,
    workflowBundle: await workflowBundle(join(settings.dataDir, 'cache')),
    maxConcurrentActivityTaskExecutions: 4,
  });
  const modelWorker = await Worker.create({
    ...common,
    taskQueue: modelQueue,
    maxConcurrentActivityTaskExecutions: 8,
  });

  const workers = [mainWorker, modelWorker];
  const stop = () => workers.forEach((worker) => worker.getState() === 'RUNNING' && worker.shutdown());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const running = Promise.all(workers.map((worker) => worker.run()));
  tellLauncher({ kind: 'ready' });
  await running;
  await pool.close();
  await connection.close();
  await db.destroy();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    tellLauncher({ kind: 'failed', text: explain(error) });
    console.error(explain(error));
    process.exit(error instanceof UserError ? 2 : 1);
  },
);
