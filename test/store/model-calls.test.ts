import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  beginModelCall,
  claimModelCall,
  familySpend,
  findModelCall,
  finishModelCall,
  keepModelCall,
  modelSpend,
} from '../../store/model-calls.ts';
import { modelSpendBy } from '../../store/model-spend.ts';
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

/** Begins an attempt, and returns what names it. */
async function claimed(db: Database, run: string, id: number): Promise<string> {
  const taken = await claimModelCall(db, id, run, 60, usage);
  assert.ok(typeof taken === 'object', `${run} has to wait: ${JSON.stringify(taken)}`);
  return taken.claim;
}

withDatabases('an answered question is answered from the store', async ({ db }) => {
  assert.equal(await findModelCall(db, key), null);
  const { id } = await beginModelCall(db, 'r1', key, { ask: 1 });
  assert.equal((await findModelCall(db, key))?.status, 'open');
  const busy = await claimed(db, 'r1', id);
  assert.equal(await finishModelCall(db, busy, { status: 'failed', response: 'busy', ...nothing }), true);
  assert.equal((await beginModelCall(db, 'r2', key, { ask: 2 })).id, id);
  const well = await claimed(db, 'r2', id);
  assert.equal(
    await finishModelCall(db, well, { status: 'done', response: { said: 'yes\0' }, ...usage }),
    true,
  );
  const again = await beginModelCall(db, 'r3', key, { ask: 3 });
  assert.equal(await claimModelCall(db, id, 'r3', 60, usage), 'elsewhere');
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
  const answer = await claimed(db, 'r2/shop', other.id);
  await finishModelCall(db, answer, { status: 'done', response: {}, ...usage });
  assert.deepEqual(await modelSpend(db, 'r2'), { calls: 1, ...usage });
  assert.equal((await modelSpend(db, 'r3')).costUsd, null);
  const families = await Promise.all(['r', 'r1', 'r2', 'r3'].map((run) => familySpend(db, run)));
  assert.deepEqual(families, [0, 0, 1, 0]);
});

withDatabases('one run at a time makes a call, each attempt is paid by its own run, and the first answer stays', async ({ db }) => {
  const { id } = await beginModelCall(db, 'r1', key, {});
  const dies = await claimed(db, 'r1', id);
  assert.equal(await claimModelCall(db, id, 'r2', 60, usage), 'elsewhere');
  assert.equal((await beginModelCall(db, 'r2', key, {})).claimedBy, 'r1');
  assert.equal(await familySpend(db, 'r1'), 0.5, 'a call under way counts');
  const first = await claimed(db, 'r1', id);
  assert.equal(await familySpend(db, 'r1'), 1, 'its own run takes it at once: the worker died, and is paid');
  await sql`update tablelore.model_call set claimed_until = '2000-01-01'`.execute(db);
  await beginModelCall(db, 'r2', key, {});
  const second = await claimed(db, 'r2', id);
  assert.deepEqual([await familySpend(db, 'r1'), await familySpend(db, 'r2')], [1, 0.5], 'no money moves');
  assert.equal(await finishModelCall(db, dies, { status: 'failed', response: null, ...nothing }), false);
  assert.equal(await familySpend(db, 'r1'), 0.5, 'it took nothing');
  assert.equal((await findModelCall(db, key))?.claimedBy, 'r2');
  assert.equal(await finishModelCall(db, first, { status: 'done', response: 'first', ...usage }), true);
  assert.equal(await finishModelCall(db, second, { status: 'done', response: 'second', ...usage, costUsd: 0.7 }), false);
  assert.equal((await findModelCall(db, key))?.response, 'first');
  assert.deepEqual([await familySpend(db, 'r1'), await familySpend(db, 'r2')], [0.5, 0.7]);
  const months = await modelSpendBy(db, key.repo, 'month');
  assert.deepEqual(months.map(({ calls, costUsd }) => [calls, costUsd]), [[1, 1.2]]);
  const runs = await modelSpendBy(db, key.repo, 'run');
  assert.deepEqual(runs.map(({ name }) => name).sort(), ['r1', 'r2']);
}); // prettier-ignore

withDatabases('an attempt that a later one of its run replaced neither ends nor keeps up the claim of that one', async ({ db }) => {
  const { id } = await beginModelCall(db, 'r1', key, {});
  const one = await claimed(db, 'r1', id);
  const two = await claimed(db, 'r1', id);
  assert.equal(await finishModelCall(db, one, { status: 'failed', response: null, ...nothing }), false);
  assert.equal((await findModelCall(db, key))?.claimedBy, 'r1');
  assert.equal(await claimModelCall(db, id, 'r2', 60, usage), 'elsewhere');
  await keepModelCall(db, one, -1);
  assert.equal((await findModelCall(db, key))?.claimedBy, 'r1');
  await keepModelCall(db, two, -1);
  assert.equal((await findModelCall(db, key))?.claimedBy, null);
}); // prettier-ignore

withDatabases('side by side, no more calls are claimed than the family may pay', async ({ db }) => {
  const claims = Array.from({ length: 8 }, async (_, turn) => {
    const run = turn % 2 === 0 ? 'r1' : 'r1/shop';
    const { id } = await beginModelCall(db, run, { ...key, turn }, {});
    return claimModelCall(db, id, 'r1', 60, usage, 1.5);
  });
  const made = (await Promise.all(claims)).filter((claim) => claim !== 'beyond');
  assert.equal(made.length, 3);
  assert.equal(await familySpend(db, 'r1'), 1.5);
});

withDatabases(
  'a turn that another run took over is told with the time at which that one asked',
  async ({ db }) => {
    const { id } = await beginModelCall(db, 'r1', key, {});
    await sql`update tablelore.model_call set created_at = '2026-10-19T23:00:00Z' where id = ${id}`.execute(
      db,
    );
    const told = async () => (await latestTranscript(db, key.repo, key.table))?.turns[0];
    assert.equal((await told())?.at, '2026-10-19T23:00:00Z', 'nobody asked yet');
    await finishModelCall(db, await claimed(db, 'r2', id), { status: 'done', response: {}, ...usage });
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
  await pass(db, 'shared', 30);
  await lower(db, 'shared', { limit: null, remaining: 250 });
  assert.equal(await reserve(db, [{ ...draw, amount: 250 }]), 0, 'what it refilled meanwhile is not lost');
  // What it would have refilled since its last draw does not shorten the time that the server asks for.
  await sql`update tablelore.rate_bucket set updated_at = now() - interval '1 hour' where name = 'shared'`.execute(
    db,
  );
  await hold(db, 'shared', 60_000);
  const wait = await reserve(db, [draw]);
  assert.ok(wait > 40_000 && wait <= 60_000, `${wait} ms, as the server asked`);
});
