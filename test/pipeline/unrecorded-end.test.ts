import assert from 'node:assert/strict';
import test from 'node:test';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { createWorld, lastDay, type ActivityName } from '../support/pipeline.ts';

const failing: Partial<Record<ActivityName, string>> = {
  crawl: 'the repository is gone',
  finishRun: 'the database is gone',
};
const world = await createWorld({
  around: async (name, _args, run) => {
    if (name in failing) throw ApplicationFailure.nonRetryable(failing[name]);
    return run();
  },
});

test('what ended a night is told also when its end cannot be recorded', async () => {
  const handle = await world.start('nightly', { asOf: lastDay });
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  assert.ok(error instanceof WorkflowFailedError);
  let root: Error = error;
  while (root.cause instanceof Error) root = root.cause;
  assert.equal(root.message, failing.crawl);
});
