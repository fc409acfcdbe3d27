/** What a worker writes to its log: the SDK's warnings and errors. */
import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';

/** The worker of the model's queue runs activities only, as it should; the SDK warns of it at every start. */
const expected = 'No workflows registered, not polling for workflow tasks';

class WorkerLogger extends DefaultLogger {
  override log(...[level, message, meta]: Parameters<Logger['log']>): void {
    if (message !== expected) super.log(level, message, meta);
  }
}

/** Writes to standard error, or hands what it would write to `write`. */
export function workerLogger(write?: (entry: LogEntry) => void): Logger {
  return new WorkerLogger('WARN', write);
}
