/** Composition root of the worker: settings, database, model, pool, activities, a worker a queue, shutdown. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from './activities/index.ts';
import { createEmbedder } from './activities/embed/embedder.ts';
import { judgeConfig } from './activities/infer/judge.ts';
import { createModelClient } from './activities/infer/model-client.ts';
import { meteredEmbedder, meteredModel, withMetrics } from './activities/metrics.ts';
import { createParsePool } from './activities/parse/pool.ts';
import { tellLauncher } from './cli/services/service-message.ts';
import { readSettings } from './cli/settings.ts';
import { connectClient, nativeConnectionOptions, registerOn } from './cli/temporal.ts';
import { deploymentOptions, promote } from './cli/worker/deployment.ts';
import { readWorkerFlags } from './cli/worker/flags.ts';
import { growHeapsSlowly } from './cli/worker/heap.ts';
import { installRuntime } from './cli/worker/runtime.ts';
import { checkSchema, watchSchema } from './cli/worker/schema-check.ts';
import { startTracing } from './cli/worker/tracing/tracing.ts';
import { createWorkers, runWorkers } from './cli/worker/workers.ts';
import { buildId, workflowBundle } from './cli/workflow-bundle.ts';
import type { ModelConfig } from './schema/contracts/config.ts';
import { explain, UserError } from './schema/contracts/errors.ts';
import { openDatabase } from './store/database.ts';
import { personSalt } from './store/settings.ts';
import { searchAttributes } from './workflows/search-attributes.ts';

async function main(): Promise<void> {
  growHeapsSlowly();
  const flags = readWorkerFlags(process.argv.slice(2));
  const settings = readSettings({ dataDir: flags.dataDir, config: flags.config });
  const { databaseUrl, config } = settings;
  const { address, namespace } = settings.temporal;
  if (databaseUrl === null)
    throw new UserError('DATABASE_URL is not set.', { next: 'Set it, or run `tablelore start`.' });
  if (address === null)
    throw new UserError('TEMPORAL_ADDRESS is not set.', { next: 'Set it, or run `tablelore start`.' });

  installRuntime(flags.metrics);
  const access =
    settings.openaiKey === null ? null : { apiKey: settings.openaiKey, baseUrl: settings.openaiBaseUrl };
  const tracing = await startTracing();
  const { onStatement } = tracing;
  const db = openDatabase(databaseUrl, { max: 6, ...(onStatement ? { onStatement } : {}) });
  const newer = await checkSchema(db);
  if (newer !== null) console.warn(newer);
  const pool = createParsePool({ threads: config.parseThreads ?? Math.max(1, cpus().length) });
  const clientOf = (asked: ModelConfig | null) =>
    access === null || !asked?.enabled ? null : createModelClient(asked, access);
  const model = clientOf(config.model);
  const judge = clientOf(judgeConfig(config.model));
  const activities = createActivities({
    db,
    config,
    configDir: settings.configDir,
    mirrorDir: join(settings.dataDir, 'mirrors'),
    pool,
    embedder: tracing.embedder(meteredEmbedder(createEmbedder(config.embeddings, access))),
    model: model && tracing.model(meteredModel(model)),
    judge: judge && tracing.model(meteredModel(judge)),
    ...(tracing.aroundTool && { aroundTool: tracing.aroundTool }),
    keepsHouse: settings.embeddedDatabase,
    webhookSecret: settings.webhookSecret,
    personSalt: await personSalt(db),
  });

  // Workflows set them, so they must be there before the first one runs.
  await registerOn(settings.temporal, address, searchAttributes);
  const connection = await NativeConnection.connect(
    await nativeConnectionOptions(settings.temporal, address),
  );
  const version = flags.versioned ? await buildId() : null;
  const workers = await createWorkers({
    connection,
    namespace,
    kinds: flags.queues,
    activities: withMetrics(activities),
    workflowBundle: () => workflowBundle(join(settings.dataDir, 'cache'), tracing.workflowModules),
    tracing,
    ...(version === null ? {} : { deployment: deploymentOptions(version) }),
  });

  const { ended, stop } = runWorkers(workers);
  let outdated: UserError | null = null;
  watchSchema(db, (error) => {
    outdated = error;
    stop();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  if (version !== null && flags.promote) {
    const client = await connectClient(settings.temporal, address);
    await promote(client, version).finally(() => client.connection.close());
    console.warn(`Version ${version} is the current one.`);
  }
  console.log(`The worker takes ${flags.queues.join(', ')} work from ${address}${flags.metrics === null ? '' : `, metrics are on ${flags.metrics}`}.`); // prettier-ignore
  tellLauncher({ kind: 'ready' });
  await ended;
  await tracing.close();
  await pool.close();
  await connection.close();
  await db.destroy();
  if (outdated !== null) throw outdated as UserError;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    tellLauncher({ kind: 'failed', text: explain(error) });
    console.error(explain(error));
    process.exit(error instanceof UserError ? 2 : 1);
  },
);
