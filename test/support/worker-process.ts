/** Workers in processes of their own, as in production. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { workflowBundle } from '../../cli/workflow-bundle.ts';
import type { World } from './pipeline.ts';

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** What it wrote on stderr so far. */
  log(): string;
  /** Ends it and resolves with its exit code; null when the signal ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const children = new Set<ChildProcess>();
/** A test that failed may have left some: the next one must not meet them. */
export const killWorkers = (): void => children.forEach((child) => child.kill('SIGKILL'));
after(killWorkers);

/**
 * Puts the workflows where workers of the world look for them, so that none takes seconds to bundle them. Those that start afterwards run them as `changed`
 * returns them.
 */
export async function placeWorkflows(
  { dir }: Pick<World, 'dir'>,
  changed = (code: string): string => code,
): Promise<void> {
  const { codePath } = await workflowBundle(join(import.meta.dirname, '../../.cache'));
  const cache = join(dir, 'cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, basename(codePath)), changed(readFileSync(codePath, 'utf8')));
}

/** Workflows that take a silent worker for dead within seconds. */
export function withShortTimeouts(code: string): string {
  const short = code
    .replace(/heartbeatTimeout: '[^']+'/g, "heartbeatTimeout: '3 seconds'")
    .replace(/startToCloseTimeout: '2 minutes'/g, "startToCloseTimeout: '6 seconds'");
  assert.notEqual(short, code);
  return short;
}

/** Resolves when it takes tasks; rejects with what it says when it cannot. Workers of one world that run at once need data folders of their own. */
export async function startWorkerProcess(
  world: World,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<WorkerProcess> {
  if (!existsSync(join(world.dir, 'cache'))) await placeWorkflows(world);
  const program = join(import.meta.dirname, '../../worker.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, '--data-dir', world.dir, '--config', world.configPath, ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...process.env,
        DATABASE_URL: world.databaseUrl,
        TEMPORAL_ADDRESS: world.temporalAddress,
        OPENAI_API_KEY: '',
        ...(process.env.TEST_DATABASE_URL === undefined ? { TABLELORE_EMBEDDED_DATABASE: '1' } : {}),
        ...env,
      },
    },
  ); // prettier-ignore
  children.add(child);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'exit').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const first = await Promise.race([once(child, 'message'), ended]);
  assert.ok(Array.isArray(first), `The worker ended: ${log}`);
  const message = first[0] as { kind: string; text?: string };
  assert.equal(message.kind, 'ready', message.text);
  return {
    child,
    log: () => log,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
