/** Whether and where traces go, by OpenTelemetry's own environment variables. */
import { UserError } from '../../../schema/contracts/errors.ts';

export type TraceProtocol = 'http/protobuf' | 'http/json';

/** Null: nothing is traced. That is so unless an OTLP endpoint or `OTEL_TRACES_EXPORTER=otlp` is set. */
export function traceProtocol(environment: NodeJS.ProcessEnv): TraceProtocol | null {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = environment;
  if (disabled?.toLowerCase() === 'true' || exporter === 'none') return null;
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!exporter && !endpoint) return null;
  if (exporter && exporter !== 'otlp')
    throw new UserError(`Traces cannot be exported by "${exporter}".`, {
      next: 'Set OTEL_TRACES_EXPORTER to otlp or none.',
    });
  const asked = environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || environment.OTEL_EXPORTER_OTLP_PROTOCOL;
  const protocol = asked || 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  throw new UserError(`Traces cannot be sent by "${protocol}".`, {
    next: 'Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json.',
  });
}
