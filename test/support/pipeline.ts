/**
 * The whole pipeline for tests: a real Temporal server, a database server (PGlite in a process of its own, or `TEST_DATABASE_URL`) and a worker in this
 * process, started once a test file; and worlds on top of them, each with an empty database, a copy of the fixture repository and folders of its own.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { after } from 'node:test';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { sql } from 'kysely';
import { stringify } from 'yaml';
import type { RunHandle, RunSummary, StageActivities } from '../../activities/contract.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createEmbedder } from '../../activities/embed/embedder.ts';
import { createActivities } from '../../activities/index.ts';
import { createModelClient } from '../../activities/infer/model-client.ts';
import { createParsePool, type ParsePool } from '../../activities/parse/pool.ts';
import { startServices } from '../../cli/services/supervisor.ts';
import type { Services } from '../../cli/services/services.ts';
import { parseConfig } from '../../cli/settings.ts';
import { demoConfig } from '../../cli/start-config.ts';
import { workflowBundle } from '../../cli/workflow-bundle.ts';
import { buildFixtureRepo } from '../../fixtures/build-repo.ts';
import type { Config } from '../../schema/contracts/config.ts';
import type { RunReport } from '../../schema/contracts/runs.ts';
import { openDatabase, type Database } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { readRun } from '../../store/runs.ts';
import { readWork } from '../../store/work-items.ts';
import { embedQueue, mainQueue, modelQueue } from '../../workflows/queues.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { embeddedTemplate } from './databases.ts';
import { parse } from 'yaml';

export const repo = 'acme-pipelines';
/** The last day of the fixture's history and logs. */
export const lastDay = '2026-10-20';

export type ActivityName = keyof StageActivities;
/** Runs in place of an activity; `run` is the activity itself. */
export type Around = (
  name: ActivityName,
  args: readonly unknown[],
  run: () => Promise<unknown>,
) => Promise<unknown>;

type RawConfig = { repos: [Record<string, unknown>] } & Record<string, unknown>;
type Git = (...args: string[]) => string;

export interface WorldOptions {
  /** Changes the fixture's `tablelore.yml`, as parsed YAML, before it is written. `git` runs in the repository's copy. */
  readonly configure?: (config: RawConfig, dir: string, git: Git) => void;
  /** A scripted model server. Absent: no key is set. */
  readonly model?: { readonly baseUrl: string; readonly apiKey: string };
  readonly around?: Around;
  /** Overrides what the activities are made of. */
  readonly deps?: (deps: ActivityDeps) => ActivityDeps;
  /** Changes the workflows' code, as bundled. Counts for the file's first world, which starts the worker. */
  readonly workflows?: (code: string) => string;
  /** False: this process takes no tasks; the test brings a worker. */
  readonly worker?: boolean;
}

/** What cost something, since the world began or `reset` was called. */
export interface Counts {
  readonly parsed: string[];
  readonly modelCalls: number;
  readonly embedded: string[];
  /** Tables by stage, as their frozen work lists name them. */
  readonly work: Record<'derive' | 'render' | 'infer', string[]>;
}

export interface World {
  readonly dir: string;
  readonly repoDir: string;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string;
  readonly configPath: string;
  readonly config: Config;
  readonly client: Client;
  readonly counts: () => Counts;
  readonly reset: () => void;
  /** Starts a workflow under an id of its own. */
  start(
    workflow: 'nightly' | 'enrichTable' | 'backfill',
    input: unknown,
    id?: string,
  ): Promise<WorkflowHandle>;
  /** Runs one night to its end. */
  night(input?: object): Promise<RunReport>;
  report(summary: Pick<RunSummary, 'run'>): Promise<RunReport>;
  /** Commits on top of the fixture's history: path → new text, null: removed. Returns the SHA. */
  commit(files: Readonly<Record<string, string | null>>, at?: string): string;
}

/** Ids of all runs of a workflow that continued as new, the first one first. */
export async function runsOf({ client }: World, { workflowId }: { workflowId: string }): Promise<string[]> {
  let runId: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  const runs: string[] = [];
  while (runId) {
    runs.unshift(runId);
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  return runs;
}

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'tablelore-pipeline-'));

interface Ground {
  readonly services: Services;
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly repoDir: string;
}

let ground: Promise<Ground> | null = null;
let pool: ParsePool | null = null;
let workers: { stop(): Promise<void> } | null = null;
let current: StageActivities | null = null;
const open: (() => Promise<void>)[] = [];
let worlds = 0;

/** Every registered activity. */
export const activityNames = (): ActivityName[] => Object.keys(current ?? {}) as ActivityName[];

after(async () => {
  if (ground === null) return;
  const { services, client, connection } = await ground.catch(() => ({
    services: null,
    client: null,
    connection: null,
  }));
  await workers?.stop();
  for (const close of open) await close();
  await pool?.close();
  await client?.connection.close();
  await connection?.close();
  await services?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startGround(): Promise<Ground> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const dataDir = join(folder, 'services');
  const given = process.env.TEST_DATABASE_URL;
  if (given === undefined) cpSync(await embeddedTemplate(), dataDir, { recursive: true });
  const repoDir = join(folder, 'repo');
  const [services] = await Promise.all([
    startServices({
      dataDir,
      only: ['database', 'temporal'],
      ...(given === undefined ? {} : { databaseUrl: given }),
      searchAttributes,
      onStep: () => {},
    }),
    buildFixtureRepo(repoDir),
  ]);
  const address = services.temporalAddress;
  const client = new Client({ connection: await Connection.connect({ address }) });
  return { services, client, connection: await NativeConnection.connect({ address }), repoDir };
}

/** Workers of both queues in this process; what they do is the current world's. */
async function startWorkers(
  { connection }: Ground,
  names: readonly string[],
  changed: (code: string) => string,
): Promise<void> {
  const activities = Object.fromEntries(
    names.map((name) => [
      name,
      (...args: unknown[]) =>
        (current as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args),
    ]),
  );
  const common = { connection, namespace: 'default', activities, shutdownGraceTime: '2 seconds' } as const;
  const { codePath } = await workflowBundle(join(root, '.cache'));
  const main = await Worker.create({
    ...common,
    taskQueue: mainQueue,
    workflowBundle: { code: changed(readFileSync(codePath, 'utf8')) },
    maxConcurrentActivityTaskExecutions: 4,
  });
  const model = await Worker.create({ ...common, taskQueue: modelQueue });
  const embed = await Worker.create({ ...common, taskQueue: embedQueue });
  const all = [main, model, embed];
  const running = Promise.all(all.map((worker) => worker.run()));
  workers = {
    async stop() {
      for (const worker of all) worker.shutdown();
      await running;
    },
  };
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const base = await (ground ??= startGround());
  const { services, client } = base;
  const dir = join(folder, `world-${++worlds}`);
  const demo = await demoConfig(dir);
  mkdirSync(dir, { recursive: true });
  cpSync(base.repoDir, demo.repoDir, { recursive: true });
  const raw = parse(demo.text) as RawConfig;
  const git = gitIn(demo.repoDir);
  options.configure?.(raw, dir, git);
  const configPath = join(dir, 'tablelore.yml');
  writeFileSync(configPath, stringify(raw));
  const config = parseConfig(stringify(raw), configPath);

  const databaseUrl = await freshDatabase(services.databaseUrl);
  const db = openDatabase(databaseUrl, { max: 6 });
  open.push(() => db.destroy());
  await migrate(db);

  const access = options.model ?? null;
  let counts = nothing();
  // Threads that ended between nights would load all readers anew for each.
  pool ??= createParsePool({ threads: 2, idleMs: 60_000 });
  const deps = counted(
    {
      db,
      config,
      configDir: dir,
      mirrorDir: join(dir, 'mirrors'),
      pool,
      embedder: createEmbedder(config.embeddings, access),
      model: access === null || !config.model.enabled ? null : createModelClient(config.model, access),
      judge: null,
      keepsHouse: process.env.TEST_DATABASE_URL === undefined,
      webhookSecret: 'hush',
      personSalt: 'salt',
    },
    () => counts,
  );
  const activities = createActivities(options.deps?.(deps) ?? deps);
  current = wrapped(activities, db, () => counts, options.around);
  const changed = options.workflows ?? ((code: string) => code);
  if (options.worker !== false && workers === null)
    await startWorkers(base, Object.keys(activities), changed);
  if (options.worker === false && workers !== null) throw new Error('This file has a worker already.');

  let started = 0;
  const world: World = {
    dir,
    repoDir: demo.repoDir,
    db,
    databaseUrl,
    temporalAddress: services.temporalAddress,
    temporalUiUrl: services.temporalUiUrl ?? '',
    configPath,
    config,
    client,
    counts: () => counts,
    reset: () => void (counts = nothing()),
    start: (workflow, input, id = `${workflow}-${worlds}-${++started}`) =>
      client.workflow.start(workflow, { taskQueue: mainQueue, workflowId: id, args: [input] }),
    async night(input = { asOf: lastDay }) {
      const handle = await world.start('nightly', input);
      const [summary] = (await handle.result()) as RunSummary[];
      if (summary === undefined) throw new Error('The night has no summary.');
      return world.report(summary);
    },
    async report({ run }) {
      const stored = await readRun(db, run);
      if (!stored?.report) throw new Error(`Run ${run} has no report.`);
      return stored.report;
    },
    commit: (files, at = `${lastDay}T20:00:00Z`) => commitFiles(demo.repoDir, files, at),
  };
  return world;
}

/** The embedded server has one database, so that only one world of a file can be used at a time. */
async function freshDatabase(url: string): Promise<string> {
  const admin = openDatabase(url, { max: 1 });
  try {
    if (process.env.TEST_DATABASE_URL === undefined) {
      await sql.raw('drop schema if exists tablelore cascade').execute(admin);
      return url;
    }
    const name = `tablelore_pipeline_${process.pid}_${worlds}`;
    await sql.raw(`create database ${name} template template0`).execute(admin);
    open.push(async () => {
      const again = openDatabase(url, { max: 1 });
      await sql.raw(`drop database if exists ${name} with (force)`).execute(again);
      await again.destroy();
    });
    const own = new URL(url);
    own.pathname = `/${name}`;
    return own.href;
  } finally {
    await admin.destroy();
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const nothing = (): Mutable<Counts> => ({
  parsed: [],
  modelCalls: 0,
  embedded: [],
  work: { derive: [], render: [], infer: [] },
});

function counted(deps: ActivityDeps, counts: () => Mutable<Counts>): ActivityDeps {
  const { pool: inner, embedder, model } = deps;
  return {
    ...deps,
    pool: {
      ...inner,
      parse(context, files, signal) {
        counts().parsed.push(...files.map((file) => file.path));
        return inner.parse(context, files, signal);
      },
    },
    embedder: {
      ...embedder,
      embed(texts, signal, onTokens) {
        counts().embedded.push(...texts);
        return embedder.embed(texts, signal, onTokens);
      },
    },
    model: model && {
      ...model,
      respond(request, signal) {
        counts().modelCalls += 1;
        return model.respond(request, signal);
      },
    },
  };
}

function wrapped(
  activities: StageActivities,
  db: Database,
  counts: () => Counts,
  around: Around = (_name, _args, run) => run(),
): StageActivities {
  const made = (Object.keys(activities) as ActivityName[]).map((name) => {
    const activity = activities[name] as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]) => {
        if (name === 'derive' || name === 'render' || name === 'infer') {
          const [{ run }, chunk] = args as [RunHandle, number];
          const [item] = await readWork<{ keys: string[] }>(db, run, name, chunk - 1, 1);
          counts().work[name].push(...(item?.payload.keys ?? []));
        }
        return around(name, args, () => activity(...args));
      },
    ];
  });
  return Object.fromEntries(made) as StageActivities;
}

const gitIn =
  (dir: string, at?: string): Git =>
  (...args) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: dir,
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...(at === undefined ? {} : { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }),
      },
      encoding: 'utf8',
    }).trim();

function commitFiles(dir: string, files: Readonly<Record<string, string | null>>, at: string): string {
  const git = gitIn(dir, at);
  for (const [path, text] of Object.entries(files)) {
    if (text === null) {
      git('rm', '--quiet', path);
      continue;
    }
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
    git('add', path);
  }
  git('commit', '--quiet', '-m', 'Change');
  return git('rev-parse', 'HEAD');
}
