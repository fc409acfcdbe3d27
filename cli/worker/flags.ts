/** What a worker is told on its command line. */
import { parseArgs } from 'node:util';
import { UserError } from '../../schema/contracts/errors.ts';
import { queues, type QueueKind } from '../../workflows/queues.ts';

export interface WorkerFlags {
  readonly dataDir: string | undefined;
  readonly config: string | undefined;
  /** At least one. */
  readonly queues: readonly QueueKind[];
  /** Host and port that metrics are served on; null: none. */
  readonly metrics: string | null;
  /** Runs as a version of the worker deployment: gets no task until a version is current. */
  readonly versioned: boolean;
  /** Makes this worker's version the current one as soon as it polls. */
  readonly promote: boolean;
}

export function readWorkerFlags(args: readonly string[], environment = process.env): WorkerFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'data-dir': { type: 'string' },
      config: { type: 'string' },
      queues: { type: 'string' },
      metrics: { type: 'string' },
      versioned: { type: 'boolean', default: false },
      promote: { type: 'boolean', default: false },
    },
  });
  return {
    dataDir: values['data-dir'],
    config: values.config,
    queues: queueKinds(values.queues),
    metrics: metricsAddress(values.metrics || environment.TABLELORE_METRICS_ADDRESS || null),
    versioned: values.versioned || values.promote,
    promote: values.promote,
  };
}

/** `static,embed` → those; nothing given: all. */
export function queueKinds(text: string | undefined): QueueKind[] {
  const all = Object.keys(queues) as QueueKind[];
  if (text === undefined) return all;
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !all.some((kind) => kind === name));
  if (unknown !== undefined)
    throw new UserError(`There is no queue "${unknown}".`, { next: `Queues are ${all.join(', ')}.` });
  return all.filter((kind) => asked.includes(kind));
}

/** Host and port, or a port alone on every address of the machine. */
function metricsAddress(text: string | null): string | null {
  if (text === null) return null;
  const address = /^\d+$/.test(text) ? `0.0.0.0:${text}` : text;
  if (/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}$/i.test(address)) return address;
  throw new UserError(`"${text}" is not an address for metrics.`, {
    next: 'Give an IP address and port such as 127.0.0.1:9464, or a port alone.',
  });
}
