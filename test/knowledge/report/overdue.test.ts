import assert from 'node:assert/strict';
import test from 'node:test';
import { hours } from '../../../cli/commands/hours.ts';
import { overdueNight } from '../../../knowledge/report/overdue.ts';

const last = { asOf: '2026-10-20', endedAt: '2026-10-20T05:00:00.000Z' };
const at = (time: string) => overdueNight('shop', last, 26, Date.parse(time));

test('a night is overdue when the last good one is older than the limit', () => {
  assert.equal(at('2026-10-21T07:00:00Z').is, false);
  assert.deepEqual(at('2026-10-21T09:00:00Z'), {
    is: true,
    words: 'shop: the last night that ended well is of 2026-10-20 and 28.0 hours old, more than 26',
  });
});

test('before the first night nothing is overdue', () => {
  assert.equal(overdueNight('shop', null, 26, Date.now()).is, false);
});

test('an age is written in minutes, hours or days', () => {
  assert.deepEqual(['90m', '26h', '1.5d'].map(hours), [1.5, 26, 36]);
  for (const wrong of ['26', 'h', '-1h', '26 h']) assert.throws(() => hours(wrong), /is not an age/);
});
