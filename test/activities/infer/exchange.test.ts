import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ActivityDeps } from '../../../activities/deps.ts';
import { RateLimited } from '../../../activities/embed/rate-limited.ts';
import { BudgetSpent } from '../../../activities/infer/budget.ts';
import { AskedElsewhere } from '../../../activities/infer/claimed-call.ts';
import { nothingAdded, takeTurn } from '../../../activities/infer/exchange.ts';
import type { ModelClient } from '../../../activities/infer/model-client.ts';
import { notesSchema } from '../../../inference/model/output-contract.ts';
import { configSchema, type ModelConfig } from '../../../schema/contracts/config.ts';
import { SystemError } from '../../../schema/contracts/errors.ts';
import type { Database } from '../../../store/database.ts';
import { modelSpend } from '../../../store/model-calls.ts';
import { withDatabases } from '../../support/databases.ts';

const none = { limit: null, remaining: null };
/** Turns with a model that always says the same, for a dollar; how often one was made ready and how often the model was asked is counted. */
function turns(
  db: Database,
  model: Partial<ModelConfig>,
  meanwhile: (heard: (outputTokens: number) => void) => Promise<unknown> = () => Promise.resolve(),
) {
  const count = { ready: 0, asked: 0 };
  const also = { readying: (): Promise<unknown> => Promise.resolve() };
  const client = {
    model: 'gpt-test',
    async respond(_request, _signal, heard = () => {}) {
      count.asked += 1;
      await meanwhile(heard);
      return {
        responseId: 'r',
        outcome: { kind: 'refusal', text: 'No.' },
        items: [],
        usage: { input: 1e6, cachedInput: 0, output: 0, reasoning: 0 },
        limits: { requests: none, tokens: none },
      };
    },
  } as Partial<ModelClient> as ModelClient;
  const prices = { input: 1, cachedInput: 1, output: 1 };
  const config = configSchema.parse({
    repos: [{ name: 'acme', url: '.', ref: 'main', dialect: 'bigquery' }],
    model: { name: 'gpt-test', prices, ...model },
  });
  const take = (
    turn: number,
    usd: number | null = null,
    run = 'night-1',
    signal = new AbortController().signal,
  ) =>
    takeTurn(
      { db, config, model: client } as ActivityDeps & { model: ModelClient },
      { run, usd },
      {
        repo: 'acme',
        table: 't',
        model: 'gpt-test',
        promptVersion: '1',
        inputHash: 'h',
        generation: 0,
        turn,
      },
      {
        instructions: '',
        tools: [],
        contractOf: () => ({ contract: notesSchema, contractName: 'notes' }),
        cacheKey: 'key',
        input: [],
        async add() {
          await also.readying();
          return { ...nothingAdded, seconds: (count.ready += 1) };
        },
      },
      signal,
    );
  return { take, count, also };
}

withDatabases('what is stored is taken whatever it cost; nothing more is begun once the budget is spent', async ({ db }) => {
  const { take, count } = turns(db, { tokensPerMinute: 20_000_000 });
  await take(0, 1);
  assert.equal((await take(0, 1)).stored, true);
  await assert.rejects(take(1, 1), BudgetSpent);
  assert.deepEqual(count, { ready: 1, asked: 1 });
  await take(1, 2);
  assert.deepEqual(count, { ready: 2, asked: 2 });
}); // prettier-ignore

withDatabases('turns that are taken at once do not together cost more than the run may', async ({ db }) => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  // Each is taken for a dollar, the four thousand tokens of a usual answer.
  const prices = { input: 0, cachedInput: 0, output: 250 };
  const { take, count } = turns(db, { tokensPerMinute: 20_000_000, requestsPerMinute: 6_000, budgetUsd: 2.5, prices }, () => answered);
  const taken = Promise.allSettled(Array.from({ length: 8 }, (_, turn) => take(turn)));
  while (count.ready < 8) await sleep(5);
  await sleep(100);
  answer();
  const refused = (await taken).flatMap((turn) => (turn.status === 'rejected' ? [turn.reason as unknown] : []));
  assert.equal(refused.length, 6);
  assert.ok(refused.every((error) => error instanceof BudgetSpent));
  assert.equal(count.asked, 2);
}); // prettier-ignore

withDatabases('an answer is booked once, also where its limits cannot be settled', async ({ db }) => {
  const { take } = turns(db, { tokensPerMinute: 20_000_000 }, () => sql`alter table tablelore.rate_bucket rename to gone`.execute(db));
  assert.equal((await take(0)).stored, false);
  assert.equal((await modelSpend(db, 'night-1')).costUsd, 1);
  assert.equal((await take(0)).stored, true);
}); // prettier-ignore

withDatabases('what one run paid in vain stays its own when another one makes the call', async ({ db }) => {
  let breaks = true;
  const { take } = turns(db, { tokensPerMinute: 20_000_000 }, (heard) => {
    if (!breaks) return Promise.resolve();
    heard(1_000_000);
    return Promise.reject(new SystemError('The server broke off.'));
  });
  await assert.rejects(take(0, null, 'night-a'), /broke off/);
  breaks = false;
  await take(0, null, 'night-b');
  const paid = async (run: string) => (await modelSpend(db, run)).costUsd?.toFixed(1);
  assert.deepEqual([await paid('night-a'), await paid('night-b')], ['1.0', '1.0']);
}); // prettier-ignore

withDatabases('what a turn adds is made ready once, however often there is no room for the call', async ({ db }) => {
  const { take, count, also } = turns(db, { requestsPerMinute: 1, tokensPerMinute: 20_000_000 });
  const room = (tokens: number) => db.updateTable('tablelore.rate_bucket').set({ tokens }).where('name', 'like', '%requests%').execute(); // prettier-ignore
  await take(0);
  await assert.rejects(take(1), RateLimited);
  assert.deepEqual(count, { ready: 1, asked: 1 }, 'nothing is made ready where there is no room');
  await room(1);
  also.readying = () => room(0);
  await assert.rejects(take(1), RateLimited);
  await assert.rejects(take(1), RateLimited);
  assert.deepEqual(count, { ready: 2, asked: 1 });
  await room(1);
  assert.equal((await take(1)).added.seconds, 2);
  assert.deepEqual(count, { ready: 2, asked: 2 });
}); // prettier-ignore

withDatabases('of two that ask the same at once, one pays; the other waits without a slot and takes the answer', async ({ db }) => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const { take, count } = turns(db, { tokensPerMinute: 20_000_000 }, () => (isAsked(), answered));
  const one = take(0, null, 'night-1');
  await asked;
  await assert.rejects(take(0, null, 'single'), AskedElsewhere);
  answer();
  assert.equal((await one).stored, false);
  const other = await take(0, null, 'single');
  assert.deepEqual([other.stored, other.answer], [true, { ...(await one).answer }]);
  assert.deepEqual(count, { ready: 1, asked: 1 });
  assert.equal((await modelSpend(db, 'single')).calls, 0);
}); // prettier-ignore

withDatabases('who was too slow, and lost the call to another run, goes on with the answer that was first', async ({ db }) => {
  const mean: { while: () => Promise<unknown> } = { while: () => Promise.resolve() };
  const { take, count } = turns(db, { tokensPerMinute: 20_000_000 }, () => mean.while());
  mean.while = async () => {
    mean.while = () => Promise.resolve();
    await db.updateTable('tablelore.model_call').set({ claimed_until: '2000-01-01' }).execute();
    await take(0, null, 'faster');
  };
  assert.equal((await take(0, null, 'night-1')).stored, true);
  assert.equal(count.asked, 2);
  for (const run of ['faster', 'night-1'])
    assert.equal((await modelSpend(db, run)).costUsd?.toFixed(2), '1.00', `${run} pays for its own call`);
}); // prettier-ignore

for (const [name, fails] of Object.entries({
  'lost connection': (_: AbortController) => Promise.reject(new SystemError('The server broke off.')),
  'cancelled call': (cancel: AbortController) => (cancel.abort(), Promise.reject(new Error('aborted'))),
}))
  withDatabases(`a ${name} is paid as far as its answer came, and stops what has no budget left`, async ({ db }) => {
    const cancel = new AbortController();
    let breaks = true;
    const { take, count } = turns(db, { tokensPerMinute: 20_000_000 }, (heard) => {
      if (!breaks) return Promise.resolve();
      heard(0);
      heard(3_000_000);
      return fails(cancel);
    });
    await assert.rejects(take(0, 3, 'night-1', cancel.signal), /broke off|aborted/);
    const { calls, outputTokens, inputTokens, costUsd } = await modelSpend(db, 'night-1');
    assert.deepEqual([calls, outputTokens, inputTokens > 0, Math.floor(costUsd ?? 0)], [1, 3_000_000, true, 3]);
    await assert.rejects(take(0, 3), BudgetSpent);
    breaks = false;
    await take(0, 9);
    assert.equal(Math.floor((await modelSpend(db, 'night-1')).costUsd ?? 0), 4, 'the answer comes on top');
    assert.deepEqual(count, { ready: 1, asked: 2 });
  }); // prettier-ignore
