import assert from 'node:assert/strict';
import test from 'node:test';
import { defaultPayloadConverter, toPayloads } from '@temporalio/common';
import { troubleLine, troubleOf } from '../../cli/trouble.ts';

const now = Date.parse('2026-10-20T03:10:00Z');
type Pending = Parameters<typeof troubleOf>[0][number];
const at = (time: string) =>
  ({ seconds: Date.parse(`2026-10-20T${time}Z`) / 1_000 }) as unknown as NonNullable<
    Pending['scheduledTime']
  >;
const scheduled = 1 as unknown as NonNullable<Pending['state']>;
const started = 2 as unknown as NonNullable<Pending['state']>;
const infer = { activityType: { name: 'infer' } };
const failed = (attempt: number, type: string, message: string): Partial<Pending> => ({
  ...{ ...infer, attempt, state: scheduled, lastFailure: { message, applicationFailureInfo: { type } } },
  ...{ lastAttemptCompleteTime: at('03:04:00'), scheduledTime: at('03:14:00') },
});
const limited = failed(2, 'RateLimited', 'The model server limits gpt-test.');
const told = (...pending: Partial<Pending>[]) => {
  const trouble = troubleOf(pending, now);
  return trouble && troubleLine(trouble, now);
};

test('what fails is told after two attempts, and before what waits', () => {
  const fails = (attempt: number) => failed(attempt, 'SystemError', 'The model server failed (503).');
  assert.equal(told(fails(2)), null);
  assert.equal(
    told(limited, fails(4)),
    'infer failed 3 times and is tried again: The model server failed (503).',
  );
});

test('a server that turns away for minutes is told with since when and until when, and our own limit after it', () => {
  const line =
    'infer waits for 6 min 0 s: The model server limits gpt-test. Turned away 1 time, last at 03:04:00 UTC, again at 03:14:00 UTC.';
  assert.equal(told(failed(9, 'RateUsedUp', 'The rate for gpt-test is used up.'), limited), line);
  assert.equal(told({ ...limited, scheduledTime: at('03:04:05') }), null, 'a short wait is none');
  assert.equal(told({ ...limited, attempt: 5, state: started }), null, 'it goes on');
});

test('a server that says nothing is told once it was silent for a minute, as far as the heartbeats tell', () => {
  const beat = (words: { words: string; since: string } | null, time: string): Partial<Pending> => ({
    ...{ ...infer, attempt: 1, state: started, lastHeartbeatTime: at(time) },
    heartbeatDetails: { payloads: toPayloads(defaultPayloadConverter, words) ?? [] },
  });
  const waiting = { words: 'gpt-test says nothing about a.b.c.', since: '2026-10-20T03:05:00.000Z' };
  assert.equal(
    told(beat(waiting, '03:06:30')),
    'infer waits for 5 min 0 s: gpt-test says nothing about a.b.c.',
  );
  assert.equal(told(beat(waiting, '03:05:30')), null);
  assert.equal(told(beat(null, '03:06:30')), null);
});
