import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../../cli/workflow-bundle.ts';
import { historyFromJson, withShortRuns } from './history.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'fixtures/histories');
const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort(); // prettier-ignore

Runtime.install({ logger: new DefaultLogger('ERROR') });
const { codePath } = await workflowBundle(join(root, '.cache'));
const bundle = { code: readFileSync(codePath, 'utf8') };

/** Histories of nights that continue as new were recorded with runs that are short. */
const replay = (file: string, { code } = bundle): Promise<void> =>
  Worker.runReplayHistory(
    { workflowBundle: { code: file.includes('-continued-') ? withShortRuns(code) : code } },
    historyFromJson(readFileSync(join(folder, file), 'utf8')),
  );

test('there is a history of every workflow, and of each way that a run may go', () => {
  const kinds = new Set(files.map((name) => name.slice(0, name.lastIndexOf('-'))));
  const ways = ['nightly-continued-first', 'nightly-continued-last', 'backfill-paused', 'nightly-cancelled'];
  assert.deepEqual([...kinds].sort(), ['backfill', 'enrichTable', 'nightly', ...ways].sort());
});

for (const file of files) test(`${file} replays with the workflows of today`, () => replay(file));

for (const file of files) {
  test(`${file} does not replay with workflows that go another way`, async () => {
    const code = bundle.code.replaceAll('await stages.link();', '').replaceAll('await stages.embed();', '').replaceAll('await stages.parse();', 'await stages.parse(); await stages.parse();'); // prettier-ignore
    assert.notEqual(code, bundle.code);
    await assert.rejects(replay(file, { code }), DeterminismViolationError);
  });
}

/** What runs that are steered rest on. */
const broken = [
  ['backfill-paused', 'do not go on when resumed', '()=>!this.progress.paused', '()=>false'],
  ['nightly-cancelled', 'cancel nothing that is under way', '.WAIT_CANCELLATION_COMPLETED', '.ABANDON'],
] as const;

for (const file of files)
  for (const [kind, how, from, to] of broken) {
    if (!file.startsWith(kind)) continue;
    test(`${file} does not replay with workflows that ${how}`, async () => {
      const code = bundle.code.replaceAll(from, to);
      assert.notEqual(code, bundle.code);
      await assert.rejects(replay(file, { code }), DeterminismViolationError);
    });
  }
