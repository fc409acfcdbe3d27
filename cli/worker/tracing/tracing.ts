/** Traces from a workflow to its SQL. Nothing of OpenTelemetry is loaded where none is asked for. */
import type { WorkerOptions } from '@temporalio/worker';
import type { ActivityDeps } from '../../../activities/deps.ts';
import type { Embedder } from '../../../activities/embed/embedder.ts';
import type { ModelClient } from '../../../activities/infer/model-client.ts';
import type { DatabaseOptions } from '../../../store/database.ts';
import { traceProtocol } from './settings.ts';

export interface Tracing {
  readonly interceptors?: NonNullable<WorkerOptions['interceptors']>;
  readonly sinks?: NonNullable<WorkerOptions['sinks']>;
  /** Modules that the workflows' bundle has to hold. */
  readonly workflowModules: readonly string[];
  readonly onStatement?: NonNullable<DatabaseOptions['onStatement']>;
  model(client: ModelClient): ModelClient;
  embedder(embedder: Embedder): Embedder;
  readonly aroundTool?: NonNullable<ActivityDeps['aroundTool']>;
  /** Sends what is left. */
  close(): Promise<void>;
}

const none: Tracing = {
  workflowModules: [],
  model: (client) => client,
  embedder: (embedder) => embedder,
  close: () => Promise.resolve(),
};

export async function startTracing(environment = process.env): Promise<Tracing> {
  const protocol = traceProtocol(environment);
  if (protocol === null) return none;
  const { traceWith } = await import('./opentelemetry.ts');
  return traceWith(protocol);
}
