/**
 * The embedded database as a program: PGlite with pgvector behind the Postgres wire protocol on 127.0.0.1.
 *
 *     node cli/services/database-server.ts --data-dir .tablelore --port 7432
 *     psql postgres://postgres@127.0.0.1:7432/postgres
 *
 * It prints its URL when it is ready and runs until SIGTERM, SIGINT or the end of the process that spawned it. User and
 * database names are accepted as they come; when TABLELORE_DATABASE_PASSWORD is set, it is required as the password.
 *
 * What clients may expect of it: any number of connections; transactions are serial (one backend); session settings
 * and prepared statements are a connection's own; refused with an error are LISTEN, COPY FROM STDIN, session advisory
 * locks, temporary tables that outlive a transaction. A running statement cannot be cancelled or timed out.
 *
 * Exit codes: 0 stopped on request, 1 wrong usage or cannot start (the reason is on stderr), 70 the backend was lost.
 */
import { parseArgs } from 'node:util';
import { serveDatabase } from './database/server.ts';
import type { DatabaseServer } from './database/server.ts';
import { roomHint } from './database/room.ts';
import { tellLauncher } from './service-message.ts';

const backendLost = 70;

function options(): { dataDir: string; port: number } {
  const { values } = parseArgs({
    options: { 'data-dir': { type: 'string' }, port: { type: 'string', default: '0' } },
  });
  const port = Number(values.port);
  if (values['data-dir'] === undefined) throw new Error('--data-dir is missing');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is no port`);
  return { dataDir: values['data-dir'], port };
}

// PGlite ends the process with code 0 when its backend exits; without this that would look like a stop on request.
let stopping = false;
process.on('exit', (code) => {
  if (!stopping && code === 0) process.exitCode = backendLost;
});

function stopOnSignals(server: DatabaseServer): void {
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await server.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop());
  process.on('disconnect', () => void stop());
}

const given = options();

try {
  const server = await serveDatabase({
    ...given,
    password: process.env['TABLELORE_DATABASE_PASSWORD'] || null,
    idleLimitMs: 30_000,
    onLost: (error) => {
      process.stderr.write(`the database backend was lost: ${String(error)}${roomHint(given.dataDir)}\n`);
      process.exit(backendLost);
    },
  });
  stopOnSignals(server);
  process.stdout.write(`ready: postgres://postgres@127.0.0.1:${server.port}/postgres\n`);
  tellLauncher({ kind: 'ready', port: server.port });
} catch (error) {
  const text = `${error instanceof Error ? error.message : String(error)}${roomHint(given.dataDir)}`;
  process.stderr.write(`cannot start the database: ${text}\n`);
  tellLauncher({ kind: 'failed', text });
  process.exit(1);
}
