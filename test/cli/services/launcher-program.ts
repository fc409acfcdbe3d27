/**
 * A launcher that a test can kill: `node launcher-program.ts <data folder>`. Starts the database and a worker that does
 * nothing, prints a line when they run, and ends when it is told to, with the code that its signal asks for.
 */
import { StopRequested, stopOnSignals } from '../../../cli/services/stop-signals.ts';
import { startServices } from '../../../cli/services/supervisor.ts';

const signal = stopOnSignals();
const services = await startServices({
  dataDir: process.argv[2] as string,
  temporalAddress: '127.0.0.1:1',
  searchAttributes: {},
  workerCommand: {
    command: process.execPath,
    args: ['-e', `process.send({ kind: 'ready' }); setInterval(() => undefined, 1000)`],
  },
  onStep: () => undefined,
  signal,
});
process.stdout.write('running\n');
await services.stopped;
process.exit(signal.reason instanceof StopRequested ? signal.reason.exitCode : 1);
