import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { ServiceProgram } from './child-service.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import type { SearchAttributes } from './search-attributes.ts';

export interface TemporalServerOptions {
  /** The `temporal` program (see temporal-binary.ts). */
  readonly binary: string;
  /** The data folder; the server's SQLite file lives in its subfolder `temporal`. */
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
  readonly searchAttributes: SearchAttributes;
  readonly logFile: string;
}

/** The development server with its UI on 127.0.0.1, with its state in a file. Ready when it answers for `default`. */
export function temporalServer(options: TemporalServerOptions): ServiceProgram {
  const { binary, dataDir, port, uiPort, searchAttributes, logFile } = options;
  const folder = join(dataDir, 'temporal');
  const whole = makeFolder(folder);
  return {
    name: 'temporal',
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
      ...['--db-filename', join(folder, 'temporal.db'), '--namespace', 'default', '--log-level', 'error'],
      ...Object.entries(searchAttributes).flatMap(([name, type]) => [
        '--search-attribute',
        `${name}=${type}`,
      ]),
    ],
    env: withoutTemporalSettings(process.env),
    logFile,
    probe: () => answersFor('default', `127.0.0.1:${port}`, searchAttributes).then(whole),
    startLimitMs: 60_000,
    stopLimitMs: 10_000,
  };
}

/**
 * A server that is killed while it makes its file leaves one without all of its tables, with which no later one starts. So a mark stands beside a file that is being made, and what
 * such a start left is removed. Returns what to call when the server answers.
 */
function makeFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const mark = join(folder, 'being-made');
  if (existsSync(mark)) for (const name of readdirSync(folder)) rmSync(join(folder, name));
  if (!existsSync(join(folder, 'temporal.db'))) writeFileSync(mark, '');
  return () => rmSync(mark, { force: true });
}

/** A person's settings for the CLI (address, namespace, profile) are about other servers than ours. */
function withoutTemporalSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

/** Resolves when the server serves the namespace. The flag above works on a new file only, so attributes are checked. */
async function answersFor(namespace: string, address: string, attributes: SearchAttributes): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1000 });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await registerSearchAttributes(connection, namespace, attributes);
  } finally {
    await connection.close();
  }
}
