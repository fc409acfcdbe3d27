import assert from 'node:assert/strict';
import type { ActivityDeps } from '../../../activities/deps.ts';
import { RateLimited } from '../../../activities/embed/rate-limited.ts';
import { BudgetSpent } from '../../../activities/infer/budget.ts';
import { nothingAdded, takeTurn } from '../../../activities/infer/exchange.ts';
import type { ModelClient } from '../../../activities/infer/model-client.ts';
import { notesSchema } from '../../../inference/model/output-contract.ts';
import { configSchema, type ModelConfig } from '../../../schema/contracts/config.ts';
import type { Database } from '../../../store/database.ts';
import { withDatabases } from '../../support/databases.ts';

const none = { limit: null, remaining: null };
/** Turns with a model that always says the same, for a dollar; how often one was made ready and how often the model was asked is counted. */
function turns(db: Database, model: Partial<ModelConfig>) {
  const count = { ready: 0, asked: 0 };
  const client = {
    model: 'gpt-test',
    respond() {
      count.asked += 1;
      return Promise.resolve({
        responseId: 'r',
        outcome: { kind: 'refusal', text: 'No.' },
        items: [],
        usage: { input: 1e6, cachedInput: 0, output: 0, reasoning: 0 },
        limits: { requests: none, tokens: none },
      });
    },
  } as unknown as ModelClient;
  const prices = { input: 1, cachedInput: 1, output: 1 };
  const config = configSchema.parse({
    repos: [{ name: 'acme', url: '.', ref: 'main', dialect: 'bigquery' }],
    model: { name: 'gpt-test', prices, ...model },
  });
  const take = (turn: number, usd: number | null = null) =>
    takeTurn(
      { db, config, model: client } as ActivityDeps & { model: ModelClient },
      { run: 'night-1', usd },
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
        add: () => Promise.resolve({ ...nothingAdded, seconds: (count.ready += 1) }),
      },
      new AbortController().signal,
    );
  return { take, count };
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

withDatabases('what a turn adds is made ready once, however often there is no room for the call', async ({ db }) => {
  const { take, count } = turns(db, { requestsPerMinute: 1, tokensPerMinute: 20_000_000 });
  await take(0);
  await assert.rejects(take(1), RateLimited);
  await assert.rejects(take(1), RateLimited);
  assert.deepEqual(count, { ready: 2, asked: 1 });
  await db.updateTable('tablelore.rate_bucket').set({ tokens: 1 }).where('name', 'like', '%requests%').execute(); // prettier-ignore
  assert.equal((await take(1)).added.seconds, 2);
  assert.deepEqual(count, { ready: 2, asked: 2 });
}); // prettier-ignore
