import assert from 'node:assert/strict';
import test from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { toFailure } from '../../activities/failures.ts';
import { ModelError, SystemError, UserError } from '../../schema/contracts/errors.ts';

/** Whether Temporal is told to try no more after the n-th attempt; null: it gets the error as it is, and goes on. */
const final = (error: Error, attempt = 1): boolean | null | undefined => {
  const told = toFailure(error, attempt);
  return told instanceof ApplicationFailure ? told.nonRetryable : null;
};

test('what cannot succeed is not tried again; what a server or the network did is', () => {
  assert.equal(final(new UserError('no such table')), true);
  assert.equal(final(new ModelError('no JSON')), true);
  assert.equal(final(new SystemError('the database is away')), false);
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  assert.equal(final(refused, 40), null);
  const fetchFailed = new TypeError('fetch failed', { cause: refused });
  assert.equal(final(fetchFailed, 40), null);
});

test('a fault of the program is final after three attempts, and says so', () => {
  const fault = new TypeError('x is not a function');
  assert.equal(final(fault, 2), false);
  assert.equal(final(fault, 3), true);
  assert.match(
    (toFailure(fault, 3) as Error).message,
    /^tablelore has a fault: x is not a function\. Please report it/,
  );
});

test('a full disk is final after ten attempts, and the message says which and what to do', () => {
  const ofPostgres = Object.assign(new Error('could not extend file "base/5/1"'), { code: '53100' });
  const ofGit = new Error('fatal: write error: No space left on device');
  assert.deepEqual([final(ofPostgres, 9), final(ofPostgres, 10), final(ofGit, 10)], [false, true, true]);
  const words = (error: Error) => (toFailure(error, 1) as Error).message;
  assert.match(
    words(ofPostgres),
    /^The disk of the database is full\. \(could not extend .*\) Make room, then start/,
  );
  assert.match(words(ofGit), /^The disk of the data folder is full\. \(fatal: write error/);
});
