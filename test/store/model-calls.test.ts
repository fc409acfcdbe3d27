import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  beginModelCall,
  claimModelCall,
  familySpend,
  findModelCall,
  finishModelCall,
  modelSpend,
} from '../../store/model-calls.ts';
import { latestTranscript } from '../../store/transcripts.ts';
import { hold, lower, reserve, settle } from '../../store/rate-buckets.ts';
import type { Database } from '../../store/database.ts';
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
const nothing = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costUsd: null };
const usage = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 2, costUsd: 0.5 };

withDatabases('an answered question is answered from the store', async ({ db }) => {
  assert.equal(await findModelCall(db, key), null);
  const { id } = await beginModelCall(db, 'r1', key, { ask: 1 });
  assert.equal((await findModelCall(db, key))?.status, 'open');
  await finishModelCall(db, id, 'r1', { status: 'failed', response: 'busy', ...nothing });
  assert.equal((await beginModelCall(db, 'r2', key, { ask: 2 })).id, id);
  assert.equal(await finishModelCall(db, id, 'r2', { status: 'done', response: { said: 'yes\0' }, ...usage }), true); // prettier-ignore
  const again = await beginModelCall(db, 'r3', key, { ask: 3 });
  await finishModelCall(db, id, 'r3', { status: 'failed', response: null, ...nothing });
  assert.deepEqual(await findModelCall(db, key), {
    id,
    status: 'done',
    request: { ask: 1 },
    response: { said: 'yes\uFFFD' },
    claimedBy: null,
  });
  assert.deepEqual(again, await findModelCall(db, key));
  assert.notEqual((await beginModelCall(db, 'r3', { ...key, generation: 1 }, {})).id, id);
  const other = await beginModelCall(db, 'r2/shop', { ...key, generation: 2 }, {});
  await finishModelCall(db, other.id, 'r2/shop', { status: 'done', response: {}, ...usage });
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

withDatabases('one run at a time makes a call; what broke off is paid, and the first answer stays', async ({ db }) => {
  const { id } = await beginModelCall(db, 'r1', key, {});
  const claim = (run: string, seconds = 60) => claimModelCall(db, id, run, seconds, usage);
  assert.deepEqual([await claim('r1'), await claim('r2')], [true, false]);
  assert.equal((await beginModelCall(db, 'r2', key, {})).claimedBy, 'r1');
  assert.equal(await familySpend(db, 'r1'), 0.5, 'a call under way counts');
  assert.equal((await modelSpend(db, 'r1')).costUsd, null);
  assert.equal(await claim('r1', 0), true, 'its own run takes it at once: the worker died');
  assert.equal((await modelSpend(db, 'r1')).costUsd, 0.5);
  assert.equal(await claim('r2'), true, 'another one once the claim has run out');
  assert.equal(await finishModelCall(db, id, 'r1', { status: 'failed', response: null, ...usage }), false);
  assert.equal((await findModelCall(db, key))?.claimedBy, 'r2');
  assert.equal(await finishModelCall(db, id, 'r1', { status: 'done', response: 'first', ...usage }), true);
  assert.equal(await finishModelCall(db, id, 'r2', { status: 'done', response: 'second', ...usage }), false);
  assert.equal((await findModelCall(db, key))?.response, 'first');
  assert.equal(await claim('r3'), false, 'it is answered');
  assert.deepEqual(await modelSpend(db, 'r2'), { calls: 1, inputTokens: 50, cachedInputTokens: 12, outputTokens: 10, costUsd: 2.5 }); // prettier-ignore
}); // prettier-ignore

withDatabases(
  'a turn that another run took over is told with the time at which that one asked',
  async ({ db }) => {
    const { id } = await beginModelCall(db, 'r1', key, {});
    await sql`update tablelore.model_call set created_at = '2026-10-19T23:00:00Z' where id = ${id}`.execute(
      db,
    );
    const told = async () => (await latestTranscript(db, key.repo, key.table))?.turns[0];
    assert.equal((await told())?.at, '2026-10-19T23:00:00Z', 'nobody asked yet');
    await claimModelCall(db, id, 'r2', 60, nothing);
    await finishModelCall(db, id, 'r2', { status: 'done', response: {}, ...usage });
    const turn = await told();
    assert.equal(turn?.run, 'r2');
    assert.ok(Date.now() - Date.parse(turn.at) < 60_000, turn.at);
  },
);

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

/** Lets a bucket's time pass. */
const pass = (db: Database, name: string, seconds: number) =>
  sql`update tablelore.rate_bucket set updated_at = updated_at - make_interval(secs => ${seconds}),
    next_until = next_until - make_interval(secs => ${seconds}) where name = ${name}`.execute(db);

withDatabases('a large draw gets its turn among small ones, and no minute holds more than the limit', async ({ db }) => {
  const limit = 6_000;
  const pace = { name: 'fair', limit, capacity: limit / 5, refillPerSecond: (0.75 * limit) / 60 };
  const drawn: { at: number; amount: number }[] = [];
  let small = 0;
  for (let at = 0; at < 400; at += 5) {
    for (const [who, amount] of [['small', 300], ['large', 3_000], ['small', 300]] as const) {
      if (who === 'large' && drawn.filter((one) => one.amount === 3_000).length === 2) continue;
      if ((await reserve(db, [{ ...pace, amount, who: `${who} ${who === 'small' ? small : 0}` }])) > 0) continue;
      drawn.push({ at, amount });
      if (who === 'small') small += 1;
    }
    await pass(db, 'fair', 5);
  }
  assert.equal(drawn.filter(({ amount }) => amount === 3_000).length, 2);
  assert.ok(small > 20, `${small} small ones besides`);
  for (const { at } of drawn) {
    const within = drawn.filter((one) => one.at > at - 60 && one.at <= at);
    assert.ok(within.reduce((sum, one) => sum + one.amount, 0) <= limit, `the minute before second ${at}`);
  }
}); // prettier-ignore

withDatabases('who is next and does not come back keeps nobody waiting for long', async ({ db }) => {
  const pace = { name: 'gone', limit: 600, capacity: 100, refillPerSecond: 10 };
  assert.equal(await reserve(db, [{ ...pace, amount: 100, who: 'a' }]), 0);
  assert.equal(await reserve(db, [{ ...pace, amount: 50, who: 'dies' }]) > 4_000, true);
  await pass(db, 'gone', 4);
  assert.ok((await reserve(db, [{ ...pace, amount: 30, who: 'b' }])) > 3_000, 'the first comes first');
  await pass(db, 'gone', 5);
  assert.equal(await reserve(db, [{ ...pace, amount: 30, who: 'b' }]), 0, 'there is room for both');
  assert.ok((await reserve(db, [{ ...pace, amount: 40, who: 'c' }])) > 1_000);
  await pass(db, 'gone', 11);
  assert.equal(await reserve(db, [{ ...pace, amount: 100, who: 'c' }]), 0, 'it did not come');
}); // prettier-ignore

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
  await pass(db, 'shared', 30);
  await lower(db, 'shared', { limit: null, remaining: 250 });
  assert.equal(await reserve(db, [{ ...draw, amount: 250 }]), 0, 'what it refilled meanwhile is not lost');
