import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ServiceMessage } from '../../../cli/services/service-message.ts';

const program = new URL('../../../cli/services/database-server.ts', import.meta.url);

export interface SpawnedDatabase {
  readonly url: string;
  readonly child: ChildProcess;
  /** Sends the signal and waits for the end; the exit code, null when the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** The real program in a process of its own. Rejects with the reason it gives when it cannot start. */
export async function spawnDatabase(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<SpawnedDatabase> {
  const child = fork(program, ['--data-dir', dataDir], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exited = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), exited]);
  const message = first[0] as ServiceMessage | number | null;
  if (message === null || typeof message === 'number') throw new Error(`exited with ${message}`);
  if (message.kind === 'failed') {
    await exited;
    throw new Error(message.text);
  }
  return {
    url: `postgres://postgres@127.0.0.1:${message.port}/postgres`,
    child,
    async end(signal) {
      child.kill(signal);
      return ((await exited) as [number | null])[0];
    },
  };
}
