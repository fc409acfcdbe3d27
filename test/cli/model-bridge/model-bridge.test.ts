import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createEmbedder } from '../../../activities/embed/embedder.ts';
import { createModelClient } from '../../../activities/infer/model-client.ts';
import { startModelBridge } from '../../../cli/model-bridge/server.ts';
import { notesSchema } from '../../../inference/model/output-contract.ts';
import { toolDefinitions } from '../../../inference/model/tools.ts';
import { configSchema } from '../../../schema/contracts/config.ts';
import { pointedSets } from '../../../store/pointed-sets.ts';
import { readClaims } from '../../../store/claims.ts';
import { saveNight, stageOf, users } from '../../activities/infer/night.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { withDatabases } from '../../support/databases.ts';

async function bridged(t: TestContext, aliveMs?: number) {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-bridge-'));
  const told: (readonly [string, string | null])[] = [];
  const tell = (name: string, problem: string | null) => void told.push([name, problem]);
  const start = () => startModelBridge({ dir, port: 0, tell, ...(aliveMs && { aliveMs }) });
  let bridge = await start();
  t.after(async () => {
    await bridge.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    dir,
    told,
    access: () => ({ apiKey: 'any', baseUrl: bridge.baseUrl }),
    /** Gives it another port, over the same folder. */
    async restart() {
      await bridge.close();
      bridge = await start();
    },
    write: (file: string, json: unknown) => writeFileSync(join(dir, file), JSON.stringify(json)),
    async seen(file: string): Promise<string> {
      while (!existsSync(join(dir, file))) await pause(20);
      return readFileSync(join(dir, file), 'utf8');
    },
  };
}

const config = configSchema.parse({
  repos: [{ name: 'r', url: '.' }],
  embeddings: { provider: 'openai', dimensions: 2 },
});
const request = {
  instructions: 'Say hello.',
  input: [{ content: 'one two', role: 'user' }],
  contract: notesSchema,
  contractName: 'notes',
  tools: toolDefinitions,
  mayCall: true,
  cacheKey: 'k',
};

test('an answer that does not fit is told, and waited for until it is mended', async (t) => {
  const { dir, told, access, write, seen, restart } = await bridged(t, 100);
  const client = createModelClient(config.model, access(), { silenceMs: 1_500 });
  const answer = client.respond(request);
  const asked = await seen('0001.request.md');
  assert.match(asked, /Say hello[^]*one two[^]*Tool search[^]*Shape of the answer/);
  const wrong: [unknown, RegExp][] = [
    [{ answer: { note: 1 } }, /answer\.notes: .*expected string/],
    [{ answer: { notes: 'x' }, refusal: 'y' }, /one of "answer", "calls" and "refusal"/],
    [{ calls: [{ tool: 'run_sql', input: {} }] }, /no tool run_sql\. There are read_file, search/],
    [{ calls: [{ tool: 'read_file', input: { path: 'a' } }] }, /calls\.0\.input\.from: /],
    [[], /no JSON object/],
  ];
  for (const [json, says] of wrong) {
    write('0001.answer.json', json);
    while (!says.test(told.at(-1)?.[1] ?? '')) await pause(20);
    assert.match(await seen('0001.problem.txt'), says);
  }
  write('0001.answer.json', { calls: [{ tool: 'list_folder', input: { path: '', page: null } }] });
  const { outcome, items } = await answer;
  assert.deepEqual(outcome, { kind: 'calls', calls: [{ callId: 'call_0001_0', name: 'list_folder', arguments: '{"path":"","page":null}' }] }); // prettier-ignore
  assert.ok(!existsSync(join(dir, '0001.problem.txt')));

  const output = { type: 'function_call_output', call_id: 'call_0001_0', output: 'a.sql' };
  write('0002.answer.json', { answer: { notes: 'Hello.' } });
  const second = await client.respond({ ...request, input: [...request.input, ...items, output] });
  assert.deepEqual(second.outcome, { kind: 'answer', value: { notes: 'Hello.' } });

  await restart();
  const again = await createModelClient(config.model, access()).respond(request);
  assert.deepEqual(again.outcome, outcome, 'the same request has its answer already');
  assert.equal(readdirSync(dir).filter((file) => file.endsWith('.request.json')).length, 2);
});

test('vectors are given and checked like answers', async (t) => {
  const { access, write, told } = await bridged(t);
  const vectors = createEmbedder(config.embeddings, access()).embed(['one', 'two']);
  write('0001.answer.json', { embeddings: [[1, 0]] });
  while (!/1 vectors for 2 texts/.test(told.at(-1)?.[1] ?? '')) await pause(20);
  write('0001.answer.json', { embeddings: [[3, 4], [0, 1, 2]] }); // prettier-ignore
  while (!/embeddings\.1: 3 numbers in place of 2/.test(told.at(-1)?.[1] ?? '')) await pause(20);
  write('0001.answer.json', { embeddings: [[3, 4], [0, 1]] }); // prettier-ignore
  assert.deepEqual(await vectors, [[3, 4], [0, 1]]); // prettier-ignore
});

test('what is no request of these APIs is refused', async (t) => {
  const { access } = await bridged(t);
  const { baseUrl } = access();
  const post = async (path: string, body: string) => {
    const response = await fetch(`${baseUrl}${path}`, { method: 'POST', body });
    return [response.status, await response.text()] as const;
  };
  assert.match(String(await post('/responses', '{"model": 1}')), /^400,.*model: /);
  assert.match(String(await post('/chat/completions', '{}')), /^404,.*POST \/v1\/responses/);
});

withDatabases('a program behind the bridge reads one table', async ({ db }, t) => {
  const { access, write, seen } = await bridged(t);
  await saveNight(db);
  const stage = stageOf(db, access());
  const only = { table: users };
  await stage.select(only);
  const done = stage.infer(only).result;
  assert.match(await seen('0001.request.md'), new RegExp(`Table: ${users}`));
  const path = 'dbt/macros/money.sql';
  write('0001.answer.json', { calls: [{ tool: 'read_file', input: { path, from: 1, to: 2 } }] });
  assert.match(await seen('0002.request.md'), /## Call of read_file[^]*## Its answer\n\n {3}1\| /);
  const caveats = [{ text: 'Amounts are rounded.', evidence: [{ path, from: 1, to: 2 }], confidence: 0.7 }];
  write('0002.answer.json', { answer: { ...emptyReading, caveats } });
  assert.deepEqual(await done, { done: 1, reused: 0, failed: 0 });
  const set = (await pointedSets(db, 'acme', '2026-10-20', 'infer', [users])).get(users);
  const claims = (await readClaims(db, [set?.setId ?? -1])).get(set?.setId ?? -1) ?? [];
  assert.deepEqual(claims.map(({ value }) => value), [{ text: 'Amounts are rounded.' }]); // prettier-ignore
});
