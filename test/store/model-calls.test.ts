import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  beginModelCall,
  familySpend,
  findModelCall,
  finishModelCall,
  modelSpend,
} from '../../store/model-calls.ts';
import { hold, lower, reserve, settle } from '../../store/rate-buckets.ts';
import { withDatabases } from '../support/databases.ts';

const key = {
  repo: 'shop',
  table: 't',
  model: 'm',
  promptVersion: '1',
  inputHash: 'h',
  generation: 0,
  turn: 0,
};
const usage = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 2, costUsd: 0.5 };

withDatabases('an answered question is answered from the store', async ({ db }) => {
  assert.equal(await findModelCall(db, key), null);
  const id = await beginModelCall(db, 'r1', key, { ask: 1 });
  assert.equal((await findModelCall(db, key))?.status, 'open');
  await finishModelCall(db, id, { status: 'failed', response: 'busy', ...usage });
  assert.equal(await beginModelCall(db, 'r2', key, { ask: 2 }), id);
  await finishModelCall(db, id, { status: 'done', response: { said: 'yes\0' }, ...usage });
  assert.equal(await beginModelCall(db, 'r3', key, { ask: 3 }), id);
  await finishModelCall(db, id, { status: 'failed', response: null, ...usage });
  assert.deepEqual(await findModelCall(db, key), {
    id,
    status: 'done',
    request: { ask: 2 },
    response: { said: 'yes\uFFFD' },
  });
  assert.notEqual(await beginModelCall(db, 'r3', { ...key, generation: 1 }, {}), id);
  const other = await beginModelCall(db, 'r2/shop', { ...key, generation: 2 }, {});
  await finishModelCall(db, other, { status: 'done', response: {}, ...usage });
  assert.deepEqual(await modelSpend(db, 'r2'), {
    calls: 1,
    inputTokens: 10,
    cachedInputTokens: 4,
    outputTokens: 2,
    costUsd: 0.5,
  });
  assert.equal((await modelSpend(db, 'r3')).costUsd, null);
  assert.deepEqual(await Promise.all(['r', 'r2', 'r3'].map((run) => familySpend(db, run))), [0, 1, 0]);
});

withDatabases('a bucket gives what it holds and says how long to wait', async ({ db }) => {
  const requests = { name: 'requests', limit: 1_200, capacity: 2, refillPerSecond: 20, amount: 1 };
  const tokens = { name: 'tokens', limit: 100, capacity: 100, refillPerSecond: 0.001, amount: 60 };
  assert.equal(await reserve(db, [requests, tokens]), 0);
  const wait = await reserve(db, [requests, tokens]);
  assert.ok(wait > 19_000_000 && wait <= 20_000_000, String(wait));
  await settle(db, 'tokens', 60, 20);
  assert.equal(await reserve(db, [requests, tokens]), 0);
  await sleep(120);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => reserve(db, [{ ...requests, refillPerSecond: 0.1 }])),
  );
  assert.equal(answers.filter((ms) => ms === 0).length, 2);
  const big = { name: 'big', limit: 60, capacity: 10, refillPerSecond: 1 };
  assert.equal(await reserve(db, [{ ...big, amount: 500 }]), 0);
  assert.ok((await reserve(db, [{ ...big, amount: 1 }])) > 400_000);
});

withDatabases('a bucket is held to what the server allows, for all who share it', async ({ db }) => {
  const draw = { name: 'shared', limit: 600, capacity: 600, refillPerSecond: 10, amount: 1 };
  assert.equal(await reserve(db, [draw]), 0);
  await lower(db, 'shared', { limit: 6, remaining: 2 });
  const answers = [await reserve(db, [draw]), await reserve(db, [draw]), await reserve(db, [draw])];
  assert.deepEqual(answers.slice(0, 2), [0, 0]);
  assert.ok((answers[2] ?? 0) > 2_000 && (answers[2] ?? 0) <= 10_000, `${answers[2]} ms: six a minute now`);
  await lower(db, 'shared', { limit: 6_000, remaining: 500 });
  assert.ok((await reserve(db, [draw])) <= 100, 'the configured rate, once the server allows more');
  // What it would have refilled since its last draw does not shorten the time that the server asks for.
  await sql`update tablelore.rate_bucket set updated_at = now() - interval '1 hour' where name = 'shared'`.execute(
    db,
  );
  await hold(db, 'shared', 60_000);
  const wait = await reserve(db, [draw]);
  assert.ok(wait > 40_000 && wait <= 60_000, `${wait} ms, as the server asked`);
});
