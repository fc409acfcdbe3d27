/** What a command needs of the running world: settings, the services, a database. Everything opened here is closed here. */
import type { Client } from '@temporalio/client';
import { join } from 'node:path';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { findRunningServices, type RunningServices } from './services/running-services.ts';
import type { ServiceName } from './services/pid-file.ts';
import type { Services, Step } from './services/services.ts';
import { startServices } from './services/supervisor.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import { connectClient } from './temporal.ts';
import type { Settings } from './settings.ts';

/** Where the services are, and how to leave them: those that this command started are ended. */
export interface World {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | null;
  readonly namespace: string;
  /** The services were running before, and go on after. */
  readonly joined: boolean;
  leave(): Promise<void>;
}

const program = (name: string): string =>
  join(import.meta.dirname, '..', `${name}${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`);

/** Starts database, Temporal server and worker on the data folder, applies migrations, and keeps them running until `stop`. */
export function startWorld(
  settings: Settings,
  onStep: (step: Step) => void,
  signal?: AbortSignal,
): Promise<Services> {
  const { databaseUrl, temporal, temporalUiUrl, configPath } = settings;
  return startServices({
    dataDir: settings.dataDir,
    ...(databaseUrl === null ? {} : { databaseUrl }),
    ...(temporal.address === null ? {} : { temporalAddress: temporal.address }),
    ...(temporalUiUrl ? { temporalUiUrl } : {}),
    searchAttributes,
    prepare: async (addresses) => {
      onStep({ name: 'prepare', text: 'bringing the database up to date', state: 'start' });
      const applied = await withDatabase(addresses.databaseUrl, (db) => migrate(db));
      onStep({
        name: 'prepare',
        text:
          applied.length > 0
            ? `the database took ${applied.length} migrations`
            : 'the database is up to date',
        state: 'done',
      });
    },
    workerCommand: {
      env: { ...process.env, ...(databaseUrl === null ? { TABLELORE_EMBEDDED_DATABASE: '1' } : {}) },
      command: process.execPath,
      args: [
        '--disable-warning=ExperimentalWarning',
        program('worker'),
        '--data-dir',
        settings.dataDir,
        '--config',
        configPath,
      ],
    },
    onStep,
    ...(signal ? { signal } : {}),
  });
}

/** Joins the services that run on the data folder or that the environment names; else starts its own for the length of `work`. */
export async function withWorld<T>(
  settings: Settings,
  onStep: (step: Step) => void,
  work: (world: World) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { namespace } = settings.temporal;
  const running = await findRunningServices(settings.dataDir);
  const databaseUrl = settings.databaseUrl ?? running?.databaseUrl;
  const temporalAddress = settings.temporal.address ?? running?.temporalAddress;
  if (databaseUrl && temporalAddress) {
    return work({
      databaseUrl,
      temporalAddress,
      temporalUiUrl: uiUrlOf(settings, running, temporalAddress),
      namespace,
      joined: true,
      leave: async () => {},
    });
  }
  const services = await startWorld(settings, onStep, signal);
  const world = { ...services, namespace, joined: false, leave: () => services.stop() };
  try {
    return await work(world);
  } finally {
    await world.leave();
  }
}

/** Services that were joined may have been started again while a run lasted: each start makes a password of its own. */
export async function databaseUrlNow(settings: Settings, { databaseUrl, joined }: World): Promise<string> {
  if (!joined || settings.databaseUrl !== null) return databaseUrl;
  return (await findRunningServices(settings.dataDir))?.databaseUrl ?? databaseUrl;
}

/** Opens a database for the length of `work`. */
export async function withDatabase<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(url, { max: 3 });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** The database alone: joins the one that runs, else starts the embedded one for the length of `work` and brings it up to date. */
export function withStore<T>(settings: Settings, work: (db: Database) => Promise<T>): Promise<T> {
  return withUnmigratedStore(settings, async (db, ours) => {
    if (ours) await migrate(db);
    return work(db);
  });
}

/** The same, but as it is. `ours`: it was started for this. */
export async function withUnmigratedStore<T>(
  settings: Settings,
  work: (db: Database, ours: boolean) => Promise<T>,
): Promise<T> {
  const running = await findRunningServices(settings.dataDir);
  const url = settings.databaseUrl ?? running?.databaseUrl;
  if (url) return withDatabase(url, (db) => work(db, false));
  return withServices(settings, 'database', ({ databaseUrl }) =>
    withDatabase(databaseUrl, (db) => work(db, true)),
  );
}

/** The Temporal server alone: joins the one that runs or that the environment names, else starts one for the length of `work`. */
export async function withTemporal<T>(
  settings: Settings,
  work: (client: Client, uiUrl: string | null) => Promise<T>,
): Promise<T> {
  const found = await joinable(settings);
  if (found !== null) return withClient(settings, found, (client) => work(client, found.temporalUiUrl));
  return withServices(settings, 'temporal', (services) =>
    withClient(settings, services, (client) => work(client, null)),
  );
}

/** The Temporal server where one runs, or is named by the environment; null: there is none, and none is started. */
export async function withRunningTemporal<T>(
  settings: Settings,
  work: (client: Client | null, uiUrl: string | null) => Promise<T>,
): Promise<T> {
  const found = await joinable(settings);
  if (found === null) return work(null, null);
  return withClient(settings, found, (client) => work(client, found.temporalUiUrl));
}

/** The Temporal server that the environment names, else the one that runs on the data folder; null: there is none. */
async function joinable(
  settings: Settings,
): Promise<Pick<World, 'temporalAddress' | 'temporalUiUrl'> | null> {
  const running = await findRunningServices(settings.dataDir);
  const temporalAddress = settings.temporal.address ?? running?.temporalAddress;
  if (!temporalAddress) return null;
  return { temporalAddress, temporalUiUrl: uiUrlOf(settings, running, temporalAddress) };
}

/** The environment's word; else that of the running services, when theirs is the server at this address. */
function uiUrlOf(
  { temporalUiUrl }: Settings,
  running: RunningServices | null,
  address: string,
): string | null {
  return temporalUiUrl ?? (running?.temporalAddress === address ? running.temporalUiUrl : null);
}

async function withServices<T>(
  settings: Settings,
  only: ServiceName,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const services = await startServices({
    dataDir: settings.dataDir,
    only: [only],
    searchAttributes,
    onStep: () => {},
  });
  try {
    return await work(services);
  } finally {
    await services.stop();
  }
}

export async function withClient<T>(
  settings: Settings,
  world: Pick<World, 'temporalAddress'>,
  work: (client: Client) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const client = await connectClient(settings.temporal, world.temporalAddress);
  try {
    return await work(client);
  } finally {
    // After Ctrl-C the wait for a result still asks again and again, and asking on a closed connection would end the program before its services.
    if (signal?.aborted !== true) await client.connection.close();
  }
}
