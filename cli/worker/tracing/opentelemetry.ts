/** This folder alone knows OpenTelemetry. Loaded where traces are asked for. */
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import { fileURLToPath } from 'node:url';
import type { Statement } from '../../../store/database.ts';
import { tracedEmbedder, tracedModel, tracedTool } from './gen-ai.ts';
import type { TraceProtocol } from './settings.ts';
import type { Tracing } from './tracing.ts';

/** Endpoint, headers, sampling, batches and resource are what the standard variables say. */
export async function traceWith(protocol: TraceProtocol): Promise<Tracing> {
  const resource = new Resource({ 'service.name': 'tablelore' }).merge(envDetectorSync.detect());
  const processor = new BatchSpanProcessor(await exporterFor(protocol));
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() });
  return {
    interceptors: {
      activity: [
        (activity) => ({
          inbound: new OpenTelemetryActivityInboundInterceptor(activity),
          outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
        }),
      ],
    },
    sinks: { exporter: makeWorkflowExporter(processor, resource) },
    workflowModules: [
      fileURLToPath(import.meta.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors')),
    ],
    onStatement: statementSpan,
    model: tracedModel,
    embedder: tracedEmbedder,
    aroundTool: tracedTool,
    close: () => provider.shutdown(),
  };
}

async function exporterFor(protocol: TraceProtocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

const tracer = trace.getTracer('tablelore');

/** After the fact. Only inside of an activity: what a worker asks for itself belongs to no run. An error's text may hold values, so it is left out. */
function statementSpan({ name, seconds, failed }: Statement): void {
  if (trace.getActiveSpan() === undefined) return;
  const end = Date.now();
  const span = tracer.startSpan(name, {
    kind: SpanKind.CLIENT,
    startTime: end - seconds * 1_000,
    attributes: { 'db.system': 'postgresql', 'db.query.summary': name },
  });
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(end);
}
