import assert from 'node:assert/strict';
import test from 'node:test';
import { traceProtocol } from '../../cli/worker/tracing/settings.ts';
import { startTracing } from '../../cli/worker/tracing/tracing.ts';
import { statementName } from '../../store/statement-name.ts';

test('nothing is traced unless the standard variables ask for it', async () => {
  assert.equal(traceProtocol({}), null);
  assert.equal(
    traceProtocol({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }),
    null,
  );
  assert.equal(traceProtocol({ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }), null);
  const off = await startTracing({});
  assert.deepEqual([off.workflowModules, off.onStatement, off.interceptors], [[], undefined, undefined]);
});

test('an endpoint or an exporter switches traces on; protocols that are not there are refused', () => {
  assert.equal(traceProtocol({ OTEL_TRACES_EXPORTER: 'otlp' }), 'http/protobuf');
  assert.equal(traceProtocol({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }), 'http/json'); // prettier-ignore
  assert.throws(() => traceProtocol({ OTEL_TRACES_EXPORTER: 'zipkin' }), /by "zipkin"/);
  assert.throws(() => traceProtocol({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), /by "grpc"/); // prettier-ignore
});

test('a statement is named by what it does, never by its values', () => {
  assert.equal(
    statementName(`select "id" from "tablelore"."run" where "id" = 'secret'`),
    'select tablelore.run',
  );
  assert.equal(statementName('insert into tablelore.embedding_use as u values (1)'), 'insert tablelore.embedding_use'); // prettier-ignore
  assert.equal(statementName('select pg_advisory_xact_lock($1)'), 'select');
});
