/** `worker`: a worker against the servers that the environment names. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import { join } from 'node:path';
import { findRunningServices } from '../services/running-services.ts';
import { workerEnv } from '../services/worker-env.ts';
import { UserError } from '../../schema/contracts/errors.ts';
import { queueKinds } from '../worker/flags.ts';
import { settingsOf, withCommonOptions, type CommonOptions } from './options.ts';

interface WorkerOptions extends CommonOptions {
  readonly queues?: string;
  readonly metrics?: string;
  readonly versioned?: boolean;
  readonly promote?: boolean;
}

export function registerWorker(program: Command): void {
  withCommonOptions(program.command('worker'))
    .description(
      'run a worker against DATABASE_URL and TEMPORAL_ADDRESS, or against the services of the data folder',
    )
    .option('--queues <kinds>', 'take only some kinds of work: static, model, embed (default: all)')
    .option('--metrics <address>', 'serve metrics for Prometheus there, such as 127.0.0.1:9464')
    .option('--versioned', 'run as a version of the worker deployment, without tasks until it is promoted')
    .option('--promote', 'the same, and make this version the current one once it polls')
    .addHelpText(
      'after',
      '\nExamples:\n  $ DATABASE_URL=… TEMPORAL_ADDRESS=temporal:7233 tablelore worker\n  $ tablelore worker --queues model,embed --metrics 9464',
    )
    .action(async (options: WorkerOptions) => {
      const settings = settingsOf(options);
      queueKinds(options.queues);
      const running = await findRunningServices(settings.dataDir);
      const databaseUrl = settings.databaseUrl ?? running?.databaseUrl;
      const temporalAddress = settings.temporal.address ?? running?.temporalAddress;
      if (!databaseUrl || !temporalAddress) {
        throw new UserError('A worker needs a database and a Temporal server.', {
          next: 'Set DATABASE_URL and TEMPORAL_ADDRESS, or run `tablelore start` first.',
        });
      }
      const file = import.meta.filename.endsWith('.ts') ? 'worker.ts' : 'worker.js';
      const program = join(import.meta.dirname, '..', '..', file);
      const args = [
        '--disable-warning=ExperimentalWarning',
        program,
        '--data-dir',
        settings.dataDir,
        '--config',
        settings.configPath,
        ...(options.queues === undefined ? [] : ['--queues', options.queues]),
        ...(options.metrics === undefined ? [] : ['--metrics', options.metrics]),
        ...(options.versioned ? ['--versioned'] : []),
        ...(options.promote ? ['--promote'] : []),
      ];
      const child = spawn(process.execPath, args, {
        stdio: 'inherit',
        env: { ...workerEnv(process.env), DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress },
      });
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
      process.exitCode = await new Promise<number>((resolve) =>
        child.on('exit', (code, signal) =>
          resolve(code ?? 128 + (constants.signals[signal ?? 'SIGINT'] ?? 2)),
        ),
      );
    });
}
