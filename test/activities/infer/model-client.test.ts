import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { z } from 'zod';
import { RateLimited } from '../../../activities/embed/rate-limited.ts';
import { ServerUnusable } from '../../../activities/embed/server-unusable.ts';
import { createModelClient, type ModelClientOptions } from '../../../activities/infer/model-client.ts';
import { toolDefinitions } from '../../../inference/model/tools.ts';
import { SystemError, UserError } from '../../../schema/contracts/errors.ts';
import {
  startScriptedModelServer,
  type ScriptedModelOptions,
  type Step,
} from '../../support/scripted-model-server.ts';

const config = { name: 'gpt-test', effort: 'low', maxOutputTokens: 500, compactAtTokens: 50_000 } as const;
const contract = z.strictObject({ word: z.string(), count: z.int().nullable() });
const request = {
  instructions: 'Count words.',
  input: [{ content: 'one two', role: 'user' }],
  contract,
  contractName: 'words',
  tools: toolDefinitions,
  mayCall: true,
  cacheKey: 'words',
};

async function withServer(t: TestContext, options: ScriptedModelOptions, more: ModelClientOptions = {}) {
  const server = await startScriptedModelServer(options);
  t.after(() => server.close());
  const access = { apiKey: server.apiKey, baseUrl: server.baseUrl };
  return { server, client: createModelClient(config, access, more) };
}

const answered: Step = {
  answer: { word: 'two', count: null },
  usage: { input: 900, cachedInput: 800, output: 30, reasoning: 20 },
};

test('an answer comes back with its usage, and a second turn repeats the first as it was', async (t) => {
  const { server, client } = await withServer(t, { steps: [answered, answered] });
  const first = await client.respond(request);
  assert.deepEqual(first.outcome, { kind: 'answer', value: { word: 'two', count: null } });
  assert.deepEqual(first.usage, { input: 900, cachedInput: 800, output: 30, reasoning: 20 });
  assert.equal(first.responseId, 'resp_1');

  const input = [...request.input, ...first.items, { content: 'again', role: 'user' }];
  await client.respond({ ...request, input });
  const [one, two] = server.requests.map((sent) => JSON.stringify(sent.input));
  assert.ok(two?.startsWith(one?.slice(0, -1) as string));
  assert.match(two ?? '', /sealed-1/);
});

const outcomes: { step: Step; kind: string; says: RegExp }[] = [
  { step: { refusal: 'I will not.' }, kind: 'refusal', says: /I will not/ },
  { step: { failed: 'invalid_prompt' }, kind: 'refusal', says: /invalid_prompt/ },
  { step: { incomplete: 'max_output_tokens', text: '{"wo' }, kind: 'incomplete', says: /max_output_tokens/ },
  { step: { incomplete: 'content_filter' }, kind: 'incomplete', says: /content_filter/ },
  { step: { text: '{"word": "two"' }, kind: 'malformed', says: /not JSON/ },
  { step: { text: '{"word": 2}' }, kind: 'malformed', says: /contract: word: .*; count: / },
  { step: { calls: [['read_file', '{"pa'], ['delete_everything', {}]] }, kind: 'calls', says: /call_1_0.*read_file.*\{\\"pa".*call_1_1.*delete_everything/ }, // prettier-ignore
  { step: { unstreamed: { word: 'two', count: 2 } }, kind: 'answer', says: /two/ },
];
for (const { step, kind, says } of outcomes) {
  test(`an outcome, not an error: ${JSON.stringify(step)}`, async (t) => {
    const { client } = await withServer(t, { steps: [step] });
    const { outcome, usage } = await client.respond(request);
    assert.equal(outcome.kind, kind);
    assert.match(JSON.stringify(outcome), says);
    assert.ok(usage.input > 0);
  });
}

const failures: {
  step: Step;
  type: typeof UserError | typeof SystemError | typeof ServerUnusable;
  says: RegExp;
}[] = [
  { step: { status: 500 }, type: SystemError, says: /failed \(500\)/ },
  { step: { status: 503, body: 'upstream down' }, type: SystemError, says: /503/ },
  { step: { failed: 'server_error' }, type: SystemError, says: /while answering/ },
  { step: { error: 'server_error' }, type: SystemError, says: /while answering/ },
  { step: { drop: 'before' }, type: SystemError, says: /cannot be reached/ },
  { step: { drop: 'within' }, type: SystemError, says: /broke off/ },
  { step: { body: '{"id": ' }, type: SystemError, says: /broken JSON/ },
  {
    step: { body: 'data: {"id": \n\n', contentType: 'text/event-stream' },
    type: SystemError,
    says: /broken JSON/,
  },
  {
    step: { body: 'data: [DONE]\n\n', contentType: 'text/event-stream' },
    type: SystemError,
    says: /broke off/,
  },
  { step: { body: '<html>', contentType: 'text/html' }, type: SystemError, says: /no response/ },
  { step: { status: 400, code: 'invalid_json_schema' }, type: ServerUnusable, says: /400/ },
  { step: { status: 400, code: 'invalid_prompt' }, type: UserError, says: /400/ },
  { step: { status: 401 }, type: ServerUnusable, says: /401/ },
  { step: { status: 403 }, type: ServerUnusable, says: /403/ },
  {
    step: { status: 404, code: 'model_not_found' },
    type: ServerUnusable,
    says: /refused the call to gpt-test/,
  },
  { step: { status: 429, code: 'insufficient_quota' }, type: ServerUnusable, says: /no credit/ },
];
for (const { step, type, says } of failures) {
  test(`whose fault, and whether to try again: ${JSON.stringify(step)}`, async (t) => {
    const { server, client } = await withServer(t, { steps: [step] });
    await assert.rejects(client.respond(request), (error) => {
      assert.equal(error instanceof ServerUnusable, type === ServerUnusable);
      assert.ok(error instanceof type, `${(error as Error).name}: ${(error as Error).message}`);
      assert.match(error.message, says);
      return true;
    });
    assert.equal(server.requests.length, 1, 'nothing is retried here');
  });
}

test('what the server says of its limits comes with the answer', async (t) => {
  const said = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-remaining-tokens': '1s' }; // prettier-ignore
  const { client } = await withServer(t, { steps: [{ ...answered, with: said }] });
  assert.deepEqual((await client.respond(request)).limits, {
    requests: { limit: 60, remaining: 59 },
    tokens: { limit: null, remaining: null },
  });
});

const limits: { step: Step; waitMs: number | null }[] = [
  { step: { status: 429, headers: { 'retry-after': '7' } }, waitMs: 7_000 },
  { step: { status: 429, headers: { 'retry-after-ms': '250', 'retry-after': '7' } }, waitMs: 250 },
  {
    step: { status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } },
    waitMs: 3_600_000,
  },
  { step: { status: 503, headers: { 'retry-after': '9' } }, waitMs: 9_000 },
  { step: { status: 429 }, waitMs: null },
  { step: { failed: 'rate_limit_exceeded' }, waitMs: null },
  { step: { error: 'rate_limit_exceeded' }, waitMs: null },
];
for (const { step, waitMs } of limits) {
  test(`a limit: ${JSON.stringify(step)}`, async (t) => {
    const { client } = await withServer(t, { steps: [step] });
    await assert.rejects(client.respond(request), (error) => {
      assert.ok(error instanceof RateLimited);
      // A date is of whole seconds, and some time has passed since.
      const off = Math.abs((error.waitMs ?? 0) - (waitMs ?? 0));
      assert.ok(off <= (waitMs === 3_600_000 ? 60_000 : 0) && (error.waitMs === null) === (waitMs === null));
      return true;
    });
  });
}

test('a server without the Responses API is named as such', async (t) => {
  const { server, client } = await withServer(t, { api: 'chat' });
  await assert.rejects(client.respond(request), (error) => {
    assert.ok(error instanceof ServerUnusable);
    assert.match(error.message, new RegExp(`${server.baseUrl} has no Responses API`));
    assert.match(error.next ?? '', /Chat Completions/);
    return true;
  });
});

test('a server that refuses to compact is asked without it, also by calls under way at once, and then on', async (t) => {
  const { server, client } = await withServer(t, { steps: [answered, answered, answered], refusesCompaction: true }); // prettier-ignore
  await Promise.all([client.respond(request), client.respond(request)]);
  await client.respond(request);
  assert.equal(server.wire.length, 5);
  assert.ok(server.wire[0]?.includes('"compact_threshold":50000'));
  assert.ok(server.requests.every((sent) => sent.context_management === undefined));
});

test('a silent server is given up after the time limit, to be tried again', async (t) => {
  const { client } = await withServer(t, { steps: [{ hang: true }] }, { silenceMs: 60 });
  await assert.rejects(client.respond(request), (error) => {
    assert.ok(error instanceof SystemError);
    assert.match(error.message, /was silent/);
    return true;
  });
});

test('cancelling ends the request under way', async (t) => {
  const { server, client } = await withServer(t, { steps: [{ hang: true }] });
  const cancel = new AbortController();
  const call = client.respond(request, cancel.signal);
  await server.received(1);
  cancel.abort();
  await assert.rejects(call, (error) => !(error instanceof SystemError) && !(error instanceof UserError));
  while (server.abandoned() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('the scripted server fails on a step left over, on an unexpected request and on a wrong key', async (t) => {
  const left = await startScriptedModelServer({ steps: [answered] });
  await assert.rejects(left.close(), /unconsumed step/);

  const surprised = await startScriptedModelServer();
  const access = { apiKey: surprised.apiKey, baseUrl: surprised.baseUrl };
  await assert.rejects(createModelClient(config, access).respond(request), /400/);
  await assert.rejects(surprised.close(), /no step is left/);

  const { server } = await withServer(t, {});
  const stranger = createModelClient(config, { apiKey: 'other', baseUrl: server.baseUrl });
  await assert.rejects(stranger.respond(request), /401/);
});
