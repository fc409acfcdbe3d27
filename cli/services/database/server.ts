import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { acquireLock } from '../lock-file.ts';
import { Backend } from './backend.ts';
import { Connection } from './connection.ts';
import { Turns } from './turns.ts';

export interface DatabaseServerOptions {
  /** The data folder; the database lives in its subfolder `postgres`. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** What clients must send; null accepts any. */
  readonly password: string | null;
  /** How long a client may keep a transaction open without sending anything while others wait; milliseconds. */
  readonly idleLimitMs: number;
  /** Told when the backend is gone for good; the process should end with an error. */
  readonly onLost: (error: unknown) => void;
}

export interface DatabaseServer {
  readonly port: number;
  /** Ends all connections (open transactions are rolled back), writes everything to disk and frees the lock. */
  close(): Promise<void>;
}

/**
 * Opens the embedded database and serves it. Throws `LockHeldError` when another process has it open, and the
 * system's error when the port is taken (`EADDRINUSE`).
 */
export async function serveDatabase(options: DatabaseServerOptions): Promise<DatabaseServer> {
  const { dataDir, password } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = acquireLock(join(dataDir, 'postgres.lock'), `The database in ${dataDir}`);
  let backend: Backend | undefined;
  try {
    backend = await Backend.open(join(dataDir, 'postgres'));
    const turns = new Turns(backend, options.idleLimitMs, options.onLost);
    const reported = backend.reportedSettings();
    const connections = new Set<Connection>();
    let connectionsMade = 0;
    const server = createServer((socket) => {
      const connection = new Connection(socket, { turns, reported, password, id: ++connectionsMade });
      connections.add(connection);
      socket.once('close', () => connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, '127.0.0.1', resolve);
    });
    const opened = backend;
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const connection of connections)
          connection.expel('57P01', 'the embedded database is shutting down');
        await closed;
        await opened.close();
        lock.release();
      },
    };
  } catch (error) {
    await backend?.close();
    lock.release();
    throw error;
  }
}
