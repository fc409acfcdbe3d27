import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { patiently } from '../../cli/patience.ts';
import { UserError } from '../../schema/contracts/errors.ts';

test('a server that is away for a moment is waited for; whatever else goes wrong is thrown at once', async () => {
  let tries = 0;
  const starting = () => (++tries < 3 ? Promise.reject(Object.assign(new Error('not yet'), { code: '57P03' })) : Promise.resolve('read')); // prettier-ignore
  assert.equal(await patiently(starting), 'read');
  for (const wrong of [
    new UserError('no such table'),
    Object.assign(new Error('syntax'), { code: '42601' }),
  ]) {
    tries = 0;
    const fail = () => ((tries += 1), Promise.reject(wrong));
    await assert.rejects(patiently(fail), wrong);
    assert.equal(tries, 1);
  }
});

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test('a call that waited long before its server went away is made again', async () => {
  let calls = 0;
  const result = patiently(async () => {
    calls += 1;
    if (calls < 3) {
      await sleep(60);
      throw away;
    }
    return 'done';
  }, 50);
  assert.equal(await result, 'done');
});

test('a server that stays away is given up', async () => {
  let tries = 0;
  await assert.rejects(
    patiently(() => ((tries += 1), Promise.reject(away)), 50),
    away,
  );
  assert.equal(tries, 2);
});

test('a Temporal server that cannot store anything is told as that', async () => {
  const answer = Object.assign(new Error('14 UNAVAILABLE: shard status unknown'), { code: 14 });
  const refused = new Error('Failed to start Workflow', { cause: answer });
  await assert.rejects(patiently(() => Promise.reject(refused), 50), { name: 'SystemError', cause: refused, message: /disk may be full/ }); // prettier-ignore
});
