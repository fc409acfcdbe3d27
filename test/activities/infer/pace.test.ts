import assert from 'node:assert/strict';
import test from 'node:test';
import { requestPace, tokenPace } from '../../../activities/infer/limits.ts';

/** The most that a bucket gives within so many seconds, from full. */
const most = ({ capacity, refillPerSecond }: ReturnType<typeof tokenPace>, seconds: number): number =>
  capacity + seconds * refillPerSecond;

test('no minute, and no second of a large limit, can hold more calls or tokens than allowed', () => {
  for (const limit of [60, 500, 3_600, 30_000]) {
    assert.ok(most(requestPace(limit), 60) <= 0.95 * limit, `${limit} requests a minute`);
    assert.ok(most(tokenPace(limit), 60) <= 0.951 * limit, `${limit} tokens a minute`);
  }
  for (const limit of [3_600, 30_000])
    assert.ok(most(requestPace(limit), 1) <= limit / 60, `${limit / 60} requests a second`);
  assert.equal(requestPace(1).capacity, 1, 'one call can always be made');
});
