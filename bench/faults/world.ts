/** One data folder with everything on it, as an operator runs it: `tablelore start`, whose processes can be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { readPidFile, serviceNames } from '../../cli/services/pid-file.ts';
import { livenessOf, type ProcessIdentity } from '../../cli/services/process-identity.ts';
import { withDatabase } from '../../cli/session.ts';
import type { Database } from '../../store/database.ts';
import { layGround, prepare, type Ground } from './ground.ts';
import { layLines } from './lines.ts';
import { isLineCut, type Fault, type Victim } from './plan.ts';
import { mountSmallDisk } from './small-disk.ts';

export interface FaultWorld {
  /** Starts it, with the night of `asOf` as its own. What ends unasked afterwards is started again. */
  launch(asOf: string): void;
  /** Which night a start from now on runs. */
  setNight(asOf: string): void;
  /** It has run its first night and stays up. */
  isUp(): boolean;
  /** A client of the Temporal server that runs now; rejects when none can be reached. */
  client(): Promise<Client>;
  /** SIGKILL; what nobody else starts again, this does. Resolves when it has been killed. Or cuts a line, or fills the disk; resolves when that is over. */
  kill(victim: Victim): Promise<void>;
  read<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /** What went wrong that nobody asked for, in words. */
  readonly troubles: readonly string[];
  /** Ends it in order. */
  close(): Promise<void>;
}

const main = join(import.meta.dirname, '../../cli/main.ts');

/** For `cuts`, Postgres and the Temporal server are elsewhere, behind lines; for `full-disks`, the data folder is a small disk of its own. */
export async function makeWorld(ground: Ground, name: string, fault: Fault): Promise<FaultWorld> {
  const dir = join(ground.folder, name);
  const disk = fault === 'full-disks' ? mountSmallDisk(dir) : null;
  const config = await layGround(ground, dir);
  const ownUrl = ground.postgres === null ? null : await makeDatabase(ground.postgres.url, name);
  const lines = fault === 'cuts' && ownUrl !== null ? await layLines(ownUrl, dir) : null;
  const env = environment(ground, lines?.databaseUrl ?? ownUrl, lines?.temporalAddress ?? null);
  const troubles: string[] = [];
  const seen = new Map<string, ProcessIdentity>();
  let launcher: ChildProcess | null = null;
  let night = '';
  let output = '';
  let closing = false;
  let connected: { readonly address: string; readonly client: Client } | null = null;

  // When this process ends early, the launcher's own watchdog ends the services.
  process.once('exit', () => launcher?.kill('SIGKILL'));

  const pidFile = () => {
    const file = readPidFile(dir);
    for (const name of serviceNames) {
      const identity = file?.services[name];
      if (identity) seen.set(`${name} ${identity.pid}`, identity);
    }
    return file;
  };
  const launch = (): void => {
    output = '';
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, 'start', '--data-dir', dir, '--config', config, '--as-of', night],
      { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] },
    ); // prettier-ignore
    launcher = child;
    const keep = (text: string): void => {
      output += text;
      appendFileSync(join(dir, 'start.log'), text);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('exit', (code, signal) => {
      if (closing || launcher !== child || signal === 'SIGKILL') return;
      const why = `start ended by itself with ${code ?? signal}: ${output.trim().split('\n').slice(-3).join(' / ')}`;
      if (disk?.isFull()) console.error(why);
      else troubles.push(why);
      launch();
    });
  };
  /** Waits for the one that runs, where it is being started. */
  const pidOf = async (name: 'worker' | 'temporal' | 'database'): Promise<number> => {
    for (let tries = 0; tries < 1_200; tries += 1) {
      const identity = pidFile()?.services[name];
      if (identity && livenessOf(identity) === 'alive') return identity.pid;
      await sleep(50);
    }
    throw new Error(`There is no ${name} in ${dir}.`);
  };

  return {
    launch(asOf) {
      night = asOf;
      launch();
    },
    setNight: (asOf) => void (night = asOf),
    isUp: () => output.includes('Everything stays up'),
    async client() {
      const address = lines?.ownTemporalAddress ?? pidFile()?.temporalAddress ?? '';
      if (connected?.address === address) return connected.client;
      // One that is closed while a call waits to be tried again would end this process: it is left to its end.
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      connected = { address, client: new Client({ connection }) };
      return connected.client;
    },
    async kill(victim) {
      if (isLineCut(victim)) await lines?.cut(victim);
      else if (victim === 'disk') await disk?.fill();
      else if (victim === 'launcher') {
        const killed = launcher;
        killed?.kill('SIGKILL');
        if (killed) await once(killed, 'exit');
        launch();
      } else if (victim === 'database' && ground.postgres !== null) {
        await ground.postgres.kill();
        await ground.postgres.restart();
      } else process.kill(await pidOf(victim), 'SIGKILL');
    },
    read: (work) => withDatabase(ownUrl ?? pidFile()?.databaseUrl ?? '', work),
    troubles,
    async close() {
      closing = true;
      pidFile();
      launcher?.kill('SIGTERM');
      if (launcher) await once(launcher, 'exit');
      const left = [...seen].filter(([, identity]) => livenessOf(identity) === 'alive');
      for (const [name, { pid }] of left) {
        troubles.push(`${name} outlived its launcher`);
        process.kill(pid, 'SIGKILL');
      }
      await lines?.close();
      disk?.close();
    },
  };
}

async function makeDatabase(admin: string, name: string): Promise<string> {
  const client = new pg.Client(admin);
  await client.connect();
  await client.query(`create database "${name}" template template0`).finally(() => client.end());
  const url = new URL(admin);
  url.pathname = `/${name}`;
  await prepare(url.href);
  return url.href;
}

/** Nothing of the caller's own servers and data folders. */
function environment(
  { model }: Ground,
  databaseUrl: string | null,
  temporal: string | null,
): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|TABLELORE|OPENAI|DATABASE_URL)/.test(name) || name === 'TABLELORE_CACHE_DIR'); // prettier-ignore
  return {
    ...Object.fromEntries(own),
    OPENAI_API_KEY: model.apiKey,
    OPENAI_BASE_URL: model.baseUrl,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    ...(temporal === null ? {} : { TEMPORAL_ADDRESS: temporal }),
  };
}
