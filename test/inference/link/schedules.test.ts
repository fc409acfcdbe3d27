import assert from 'node:assert/strict';
import test from 'node:test';
import { runsAWeek } from '../../../inference/link/schedules.ts';

for (const [schedule, expected] of [
  ['0 6 * * *', 7],
  ['*/15 * * * *', 4 * 168],
  ['5/20 0 * * ?', 21],
  ['0 22-2 * * *', 35],
  ['0 0-23/6 * * *', 28],
  ['0 0 * * MON-FRI', 5],
  ['0 0 * * fri-mon', 4],
  ['0 0 * * 0,7', 1],
  ['0 0 * * 5-7', 3],
  ['0 0 * JAN-MAR *', 7 / 4],
  ['0 0 1 * *', 7 / 31],
  ['0 0 1 * MON', 1 + 7 / 31],
  ['@midnight', 7],
  ['@hourly', 168],
  ['@yearly', 7 / 31 / 12],
  ['@once', 0],
  ['*/0 * * * *', 0],
  ['*/x * * * *', 0],
  ['0 25 * * *', 0],
  ['0 0 L * *', 0],
  ['0 6 * *', 0],
  ['tonight', 0],
] as const) {
  test(`${schedule} runs ${expected.toFixed(2)} times a week`, () => {
    assert.equal(runsAWeek(schedule).toFixed(6), expected.toFixed(6));
  });
}
