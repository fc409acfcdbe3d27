import assert from 'node:assert/strict';
import test from 'node:test';
import { importance, type Worth } from '../../../inference/model/importance.ts';

const table: Worth = { downstream: 3, use: 2, answeredDaysAgo: 10 };

test('use, tables built from it and age each make an answer worth more', () => {
  const base = importance(table);
  for (const more of [{ downstream: 4 }, { use: 3 }, { answeredDaysAgo: 11 }, { answeredDaysAgo: null }])
    assert.ok(importance({ ...table, ...more }) > base, JSON.stringify(more));
  assert.equal(
    importance({ ...table, answeredDaysAgo: null }),
    importance({ ...table, answeredDaysAgo: 90 }),
  );
  assert.equal(importance({ ...table, answeredDaysAgo: -3 }), importance({ ...table, answeredDaysAgo: 0 }));
});

test('a table that nobody uses and nothing reads waits behind a used one with a fresh answer', () => {
  const unused = importance({ downstream: 0, use: 0, answeredDaysAgo: null });
  assert.ok(importance({ downstream: 30, use: 3, answeredDaysAgo: 0 }) > unused);
});
