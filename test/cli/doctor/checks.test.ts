import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { checkDataDir, checkNode } from '../../../cli/doctor/machine.ts';
import { checkModel } from '../../../cli/doctor/model.ts';
import { checkQueues } from '../../../cli/doctor/queues.ts';
import { checkFiles, checkRepo } from '../../../cli/doctor/sources.ts';
import { parseConfig } from '../../../cli/parse-config.ts';
import type { RepoConfig } from '../../../schema/contracts/config.ts';
import type { Settings } from '../../../cli/settings.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-doctor-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const configOf = (more = '') =>
  parseConfig(`repos:\n  - name: shop\n    url: ./shop\n${more}`, 'tablelore.yml');
const repoOf = (more = '') => configOf(more).repos[0] as RepoConfig;

test('Node must be new enough', () => {
  assert.equal(checkNode('24.1.0').state, 'ok');
  assert.equal(checkNode('22.9.0').state, 'fail');
});

test('a data folder that is not made yet is looked at where it will be', (t) => {
  const finding = checkDataDir(join(folder(t), 'a', 'b'));
  assert.notEqual(finding.state, 'fail');
  assert.match(finding.text, /not made yet/);
});

test('a repository answers, lacks the branch, or is not there', async (t) => {
  const dir = folder(t);
  const git = (...args: string[]) => execFileSync('git', ['-C', join(dir, 'shop'), '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]); // prettier-ignore
  execFileSync('git', ['init', '--quiet', '-b', 'main', join(dir, 'shop')]);
  assert.equal((await checkRepo(repoOf(), dir)).state, 'fail');
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  assert.match((await checkRepo(repoOf(), dir)).text, /default branch at [0-9a-f]{10}/);
  assert.match((await checkRepo(repoOf('    ref: gone\n'), dir)).text, /no branch, tag or commit "gone"/);
  assert.match((await checkRepo({ ...repoOf(), url: './elsewhere' }, dir)).text, /no repository at/);
});

test('logs that no file fits are told, files that must be there fail', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'one.jsonl'), '');
  const states = async (more: string) =>
    (await checkFiles(repoOf(more), dir)).map(({ name, state }) => `${name} ${state}`);
  assert.deepEqual(await states(''), ['query logs warn']);
  assert.deepEqual(
    await states('    logs: [{ path: "*.jsonl" }, { path: "*.csv" }]\n    people: gone.yml\n'),
    ['query logs ok', 'query logs warn', 'people file fail'],
  );
});

test('a queue that no worker polls is told, unless the configuration needs none', async () => {
  const polled = ['tablelore', 'tablelore-embed'];
  const workflowService = {
    describeTaskQueue: ({ taskQueue }: { taskQueue: { name: string } }) =>
      Promise.resolve({ pollers: polled.filter((name) => name === taskQueue.name) }),
  };
  const check = (openaiKey: string | null) =>
    checkQueues({ workflowService } as never, { temporal: { namespace: 'default' }, openaiKey } as Settings);
  assert.equal((await check(null)).state, 'ok');
  const { state, next } = await check('key');
  assert.deepEqual([state, next], ['warn', 'Run `tablelore worker --queues model`.']);
});

test('the model server: no key, a refused key, an unknown model, all well', async () => {
  const settings = (openaiKey: string | null) =>
    ({ config: configOf(), openaiKey, openaiBaseUrl: 'http://models.test/v1' }) as Settings;
  const server =
    (status: number, ...models: string[]) =>
    () =>
      Promise.resolve(new Response(JSON.stringify({ data: models.map((id) => ({ id })) }), { status }));
  const { name } = configOf().model;
  assert.equal((await checkModel(settings(null))).state, 'warn');
  assert.equal((await checkModel(settings('key'), server(401))).state, 'fail');
  assert.equal((await checkModel(settings('key'), server(200, 'other'))).state, 'warn');
  assert.equal((await checkModel(settings('key'), server(200, 'other', name))).state, 'ok');
  const down = () => Promise.reject(new Error('connect ECONNREFUSED'));
  assert.equal((await checkModel(settings('key'), down)).state, 'fail');
});
