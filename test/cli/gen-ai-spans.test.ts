import assert from 'node:assert/strict';
import test from 'node:test';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { answerCalls, type Toolbox } from '../../activities/infer/tools/toolbox.ts';
import type { ModelClient, ModelTurn } from '../../activities/infer/model-client.ts';
import { tracedModel, tracedTool } from '../../cli/worker/tracing/gen-ai.ts';
import { SystemError } from '../../schema/contracts/errors.ts';

const exporter = new InMemorySpanExporter();
new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register({
  contextManager: new AsyncLocalStorageContextManager().enable(),
});

test('calls of the model and tools are spans by the conventions, without a word of what was said', async () => {
  const unlimited = { limit: null, remaining: null };
  const turn: ModelTurn<string> = {
    responseId: 'resp_1',
    outcome: { kind: 'answer', value: 'SECRET' },
    items: [],
    usage: { input: 900, cachedInput: 800, output: 30, reasoning: 20 },
    limits: { requests: unlimited, tokens: unlimited },
  };
  let fails = false;
  const client = tracedModel({
    model: 'gpt-test',
    effort: 'low',
    maxOutputTokens: 500,
    temperature: 0.2,
    baseUrl: 'http://127.0.0.1:4010/v1',
    respond: () => (fails ? Promise.reject(new SystemError('SECRET')) : Promise.resolve(turn)),
  } as unknown as ModelClient);
  const request = { input: ['SECRET'] } as unknown as Parameters<ModelClient['respond']>[0];
  assert.equal(await client.respond(request), turn);
  fails = true;
  await assert.rejects(client.respond(request));

  const code = { paths: ['SECRET/a.sql'], blobOf: () => null, lines: () => Promise.resolve(null) };
  const box = { code, around: tracedTool } as unknown as Toolbox;
  await answerCalls(box, [
    { callId: 'call_1', name: 'list_folder', arguments: '{"path":"SECRET","page":null}' },
    { callId: 'call_2', name: 'SECRET', arguments: '{}' },
  ]);

  const spans = exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, ...attributes }));
  const asked = {
    name: 'chat gpt-test',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-test',
    'gen_ai.output.type': 'json',
    'gen_ai.request.max_tokens': 500,
    'gen_ai.request.stream': true,
    'gen_ai.request.temperature': 0.2,
    'openai.api.type': 'responses',
    'server.address': '127.0.0.1',
    'server.port': 4010,
  };
  assert.deepEqual(spans, [
    {
      ...asked,
      'gen_ai.response.id': 'resp_1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 900,
      'gen_ai.usage.cache_read.input_tokens': 800,
      'gen_ai.usage.output_tokens': 30,
      'gen_ai.usage.reasoning.output_tokens': 20,
    },
    { ...asked, 'error.type': 'SystemError' },
    {
      name: 'execute_tool list_folder',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'list_folder',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': 'call_1',
    },
  ]);
  assert.doesNotMatch(JSON.stringify(spans), /SECRET/);
  context.disable();
});
