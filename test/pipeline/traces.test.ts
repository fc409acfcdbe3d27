import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { sql } from 'kysely';
import { createWorld, repo } from '../support/pipeline.ts';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import { startTraceReceiver } from '../support/trace-receiver.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const model = await startScriptedModelServer({ otherwise: () => ({ refusal: 'No.' }) });
const receiver = await startTraceReceiver();
after(() => {
  receiver.close();
  return model.close();
});

test('one trace of a night holds the workflow, its activities, their SQL and the calls of the embeddings server', async () => {
  const world = await createWorld({
    worker: false,
    configure: (config) => {
      config.repos[0].logs = [];
      config.model = { enabled: false };
    },
  });
  await sql`insert into tablelore.setting (name, value) values ('person_salt', 'salt')`.execute(world.db);
  const worker = await startWorkerProcess(world, [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'tablelore-test',
    OPENAI_API_KEY: model.apiKey,
    OPENAI_BASE_URL: model.baseUrl,
  });
  await (await world.start('nightly', { asOf: '2026-09-28', repo })).result();
  assert.equal(await worker.end('SIGTERM'), 0, worker.log());

  const { spans } = receiver;
  const root = spans.find(({ name }) => name === 'RunWorkflow:nightly');
  assert.ok(root, [...new Set(spans.map(({ name }) => name))].join(', '));
  const own = spans.filter(({ traceId }) => traceId === root.traceId);
  const byId = new Map(own.map((span) => [span.spanId, span]));
  const pathOf = (span: (typeof own)[number]): string => {
    const parent = byId.get(span.parentSpanId ?? '');
    return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`;
  };
  const paths = new Set(own.map(pathOf));
  const workflow = 'RunWorkflow:nightly';
  for (const path of [
    `${workflow} > StartActivity:parse > RunActivity:parse > insert tablelore.facts`,
    `${workflow} > StartActivity:embed > RunActivity:embed > embeddings text-embedding-3-small`,
    `${workflow} > StartActivity:publish > RunActivity:publish > insert tablelore.snapshot`,
  ])
    assert.ok(paths.has(path), `${path}\n${[...paths].sort().join('\n')}`);
  const text = JSON.stringify(own);
  assert.ok(!text.includes('acme-data') && !/\bwhere\b/.test(text), 'no values and no statements');
});
