import assert from 'node:assert/strict';
import test from 'node:test';
import { CancelledFailure } from '@temporalio/common';
import { APIUserAbortError } from 'openai';
import { alive } from '../../activities/heartbeat.ts';
import { runActivity } from '../support/activity-context.ts';

/** As a call of the embeddings server ends when its signal is aborted. */
const called = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new APIUserAbortError())));

test('work that breaks off because it is cancelled ends as cancelled, whatever it throws', async () => {
  const activity = runActivity(() => alive(called));
  activity.cancel();
  await assert.rejects(activity.result, CancelledFailure);
});

test('work that fails by itself fails', async () => {
  const failure = new Error('no');
  await assert.rejects(runActivity(() => alive(() => Promise.reject(failure))).result, failure);
});
