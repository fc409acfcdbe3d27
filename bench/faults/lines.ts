/** The lines of a world to a Postgres and a Temporal server elsewhere, which can be cut. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServices } from '../../cli/services/supervisor.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import type { LineCut } from './plan.ts';

export interface Lines {
  /** Through the line. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** Past the line. */
  readonly ownTemporalAddress: string;
  /** Resolves when the line is whole again. */
  cut(line: LineCut): Promise<void>;
  close(): Promise<void>;
}

const cutMs = 30_000;

/** To the database, and to a Temporal server that is started in `dir`. */
export async function layLines(databaseUrl: string, dir: string): Promise<Lines> {
  const server = await startServices({ dataDir: join(dir, 'elsewhere'), only: ['temporal'], searchAttributes, onStep: () => {} }); // prettier-ignore
  const url = new URL(databaseUrl);
  const [host = '', port] = server.temporalAddress.split(':');
  const lines = { database: await startTcpProxy(Number(url.port)), temporal: await startTcpProxy(Number(port)) }; // prettier-ignore
  url.port = String(lines.database.port);
  return {
    databaseUrl: url.href,
    temporalAddress: `${host}:${lines.temporal.port}`,
    ownTemporalAddress: server.temporalAddress,
    async cut(line) {
      const [to, how] = line.split(' ') as ['database' | 'temporal', 'silent' | 'broken'];
      lines[to].cut(how);
      await sleep(cutMs);
      lines[to].mend();
    },
    async close() {
      await Promise.all([lines.database.close(), lines.temporal.close(), server.stop()]);
    },
  };
}
