import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { instructions } from '../../../inference/model/instructions.ts';
import type { Claim } from '../../../schema/contracts/claims.ts';
import { readClaims } from '../../../store/claims.ts';
import { readOutputs } from '../../../store/claim-sets.ts';
import type { Database } from '../../../store/database.ts';
import { modelSpend } from '../../../store/model-calls.ts';
import { pointedSets } from '../../../store/pointed-sets.ts';
import { readWork } from '../../../store/work-items.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { withDatabases } from '../../support/databases.ts';
import type { Step } from '../../support/scripted-model-server.ts';
import { adSpend, describe, events, saveNight, shipments, stageOf, users } from './night.ts';
import { cite, good, only, scripted, wrong } from './scripted.ts';

async function inferred(db: Database, table: string): Promise<Claim[]> {
  const set = (await pointedSets(db, 'acme', '2026-10-20', 'infer', [table])).get(table);
  return set ? ((await readClaims(db, [set.setId])).get(set.setId) ?? []) : [];
}

withDatabases('without a key nothing is selected, and it is said why', async ({ db }) => {
  const { select } = stageOf(db, null);
  assert.deepEqual(await select(), { chunks: 0, units: 0, groups: [], skipped: 'OPENAI_API_KEY is not set' });
});

withDatabases(
  'important tables come first, at most as many as allowed; an answer is asked for once',
  async ({ db }, t) => {
    const answer: Step = { answer: emptyReading };
    const server = await scripted(t, { steps: [answer, answer, answer] });
    await saveNight(db);
    const stage = stageOf(db, server);
    assert.equal((await stage.select()).units, 3);
    const work = await readWork<{ keys: string[] }>(db, 'night-1', 'infer', -1, 9);
    assert.deepEqual(work.flatMap(({ payload }) => payload.keys), [users, shipments, adSpend]); // prettier-ignore
    const small = await stage.select({ run: 'small', modelTables: 2 });
    assert.deepEqual([small.units, small.beyond], [2, 1]);

    assert.deepEqual(await stage.infer().result, { done: 3, reused: 0, failed: 0 });
    assert.deepEqual(await stage.infer().result, { done: 3, reused: 0, failed: 0 }, 'a second attempt');
    assert.equal((await stage.select({ run: 'night-2' })).units, 0, 'nothing changed');

    await describe(db, events, 'Events, without the bots.');
    assert.equal((await stage.select({ run: 'night-3' })).units, 1, 'what it reads is told anew');
    const other = stageOf(db, server, { name: 'gpt-other' });
    assert.equal((await other.select({ run: 'night-4' })).units, 3, 'another model');
    assert.equal(server.requests.length, 3);
  },
);

withDatabases(
  'another model asks anew what the budget allows, most important first; new tables count for more',
  async ({ db }, t) => {
    const server = await scripted(t, { otherwise: () => ({ answer: emptyReading }) });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select({ run: 'first', table: users });
    await stage.infer({ run: 'first' }).result;
    const other = stageOf(db, server, { name: 'gpt-other' });
    const order: string[] = [];
    for (const run of ['night-1', 'night-2', 'night-3', 'night-4']) {
      await other.select({ run, modelTables: 1 });
      const work = await readWork<{ keys: string[] }>(db, run, 'infer', -1, 9);
      order.push(...work.flatMap(({ payload }) => payload.keys));
      await other.infer({ run }).result;
    }
    assert.deepEqual(
      order,
      [shipments, users, adSpend],
      'without an answer before with one, much used before not used',
    );
  },
);

withDatabases(
  'a held-up answer becomes claims of origin inferred, with blobs and bounded confidence',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [{ answer: good, usage: { input: 2_000, cachedInput: 1_000, output: 100 } }],
    });
    await saveNight(db);
    const stage = stageOf(db, server, { prices: { input: 2, cachedInput: 1, output: 10 } });
    await stage.select(only(users));
    assert.deepEqual(await stage.infer(only(users)).result, { done: 1, reused: 0, failed: 0 });
    const [claim] = await inferred(db, users);
    assert.equal(claim?.origin, 'inferred');
    assert.equal(Math.round((claim?.confidence ?? 0) * 100), 80);
    assert.deepEqual(claim?.value, { text: 'Logged-in users of each day.' });
    const [evidence] = claim?.evidence ?? [];
    assert.ok(evidence?.kind === 'code' && /^[0-9a-f]{40}$/.test(evidence.blob));
    const spend = await modelSpend(db, 'night-1');
    assert.equal(spend.calls, 1);
    assert.equal(spend.costUsd?.toFixed(4), '0.0040');
  },
);

withDatabases(
  'what does not hold goes back once with the reason; the prefix of the first turn stays',
  async ({ db }, t) => {
    const server = await scripted(t, { steps: [{ answer: wrong }, { answer: good }] });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only(users));
    await stage.infer(only(users)).result;
    assert.equal((await inferred(db, users)).length, 1);
    const [first, second] = server.requests;
    assert.deepEqual(second?.input.slice(0, first?.input.length), first?.input);
    assert.match(JSON.stringify(second?.input.at(-1)), /purpose: the cited lines do not hold signup_channel/);
  },
);

withDatabases(
  'what fails twice is rejected and counted; a second turn without an answer keeps the first',
  async ({ db }, t) => {
    const both = { ...wrong, caveats: [{ text: 'Logged-out visitors are left out.', evidence: cite(users, 'logged-out'), confidence: 0.5 }] }; // prettier-ignore
    const server = await scripted(t, { steps: [{ answer: both }, { refusal: 'Enough.' }] });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only(users));
    assert.deepEqual(await stage.infer(only(users)).result, { done: 1, reused: 0, failed: 0 });
    assert.deepEqual(
      (await inferred(db, users)).map(({ field }) => field),
      ['caveat'],
    );
    const { setId } = (await pointedSets(db, 'acme', '2026-10-20', 'infer')).get(users) as { setId: number };
    const { output } =
      (await readOutputs<{ rejected: unknown[]; turns: number }>(db, [setId])).get(setId) ?? {};
    assert.equal(output?.rejected.length, 1);
    assert.equal(output?.turns, 2);
  },
);

withDatabases(
  'an attempt that ends in a limit goes on where it stood, after the time asked for',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [
        { answer: emptyReading },
        { status: 429, headers: { 'retry-after': '60' } },
        { status: 429 },
        { answer: emptyReading },
        { answer: emptyReading },
      ],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select();
    await assert.rejects(stage.infer().result, (error) => {
      assert.ok(error instanceof ApplicationFailure);
      assert.deepEqual(
        [error.type, error.nonRetryable, error.nextRetryDelay],
        ['RateLimited', false, 60_000],
      );
      return true;
    });
    await assert.rejects(stage.infer().result, /rate for gpt-test is used up/, 'every worker waits');
    assert.equal(server.requests.length, 2);
    await db.updateTable('tablelore.rate_bucket').set({ tokens: 60 }).where('name', 'like', '%requests%').execute(); // prettier-ignore
    await assert.rejects(stage.infer().result, (error) => {
      assert.ok(error instanceof ApplicationFailure);
      assert.equal(error.nextRetryDelay ?? null, null);
      return true;
    });
    assert.deepEqual(await stage.infer().result, { done: 3, reused: 0, failed: 0 });
    assert.equal(server.requests.length, 5);
  },
);

withDatabases('the configured rate holds before the server is asked', async ({ db }, t) => {
  const server = await scripted(t, { steps: [{ answer: emptyReading }] });
  await saveNight(db);
  const stage = stageOf(db, server, { requestsPerMinute: 1 });
  await stage.select();
  await assert.rejects(stage.infer().result, (error) => {
    assert.ok(error instanceof ApplicationFailure);
    assert.ok(Number(error.nextRetryDelay) > 30_000 && Number(error.nextRetryDelay) <= 71_000);
    return true;
  });
  assert.equal(server.requests.length, 1);
});

withDatabases('once the budget is spent nothing more is asked; a later night goes on there', async ({ db }, t) => {
  const calls = [['list_folder', { path: 'dbt', page: null }]] as const;
  const server = await scripted(t, { steps: [{ calls, usage: { input: 100_000 } }] });
  await saveNight(db);
  const stage = stageOf(db, server, { prices: { input: 1, cachedInput: 1, output: 1 } });
  await stage.select();
  assert.deepEqual(await stage.infer({ usd: 0.1 }).result, { done: 0, reused: 0, failed: 0 });
  server.script({ answer: good });
  await stage.select({ ...only(users), run: 'later' });
  assert.deepEqual(await stage.infer({ ...only(users), run: 'later' }).result, { done: 1, reused: 0, failed: 0 });
  assert.equal(server.requests.length, 2);
}); // prettier-ignore

withDatabases('a lower limit that the server names holds too', async ({ db }, t) => {
  const left = { 'x-ratelimit-limit-requests': '6', 'x-ratelimit-remaining-requests': '0' };
  const server = await scripted(t, { steps: [{ answer: emptyReading, with: left }] });
  await saveNight(db);
  const stage = stageOf(db, server, { requestsPerMinute: 60 });
  await stage.select();
  await assert.rejects(stage.infer().result, (error) => {
    assert.ok(error instanceof ApplicationFailure);
    assert.ok(Number(error.nextRetryDelay) > 2_000 && Number(error.nextRetryDelay) <= 12_000);
    return true;
  });
  assert.equal(server.requests.length, 1);
});

withDatabases(
  'an answer is paid for once: a worker that dies after it takes it from the store',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [{ answer: wrong }, { drop: 'within' }, { answer: good }],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only(users));
    await assert.rejects(stage.infer(only(users)).result, /broke off/);
    assert.deepEqual(await stage.infer(only(users)).result, { done: 1, reused: 0, failed: 0 });
    assert.equal(server.requests.length, 3, 'the first turn was not asked for again');
  },
);

withDatabases(
  'asked anew on purpose, a table is read again, once for all attempts of the run',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [{ answer: emptyReading }, { drop: 'within' }, { answer: good }],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only(users));
    await stage.infer(only(users)).result;
    const anew = { ...only(users), run: 'again', redo: ['infer'] as const };
    assert.equal((await stage.select(anew)).units, 1);
    await assert.rejects(stage.infer(anew).result, /broke off/);
    await stage.infer(anew).result;
    await stage.infer(anew).result;
    assert.equal((await inferred(db, users)).length, 1);
    assert.equal((await stage.select({ ...only(users), run: 'later' })).units, 0);
  },
);

withDatabases('cancelling reaches the request under way', async ({ db }, t) => {
  const server = await scripted(t, { steps: [{ hang: true }] });
  await saveNight(db);
  const stage = stageOf(db, server);
  await stage.select(only(users));
  const activity = stage.infer(only(users));
  await server.received(1);
  activity.cancel();
  await assert.rejects(activity.result, CancelledFailure);
  while (server.abandoned() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

withDatabases(
  'secrets stay here, and text of the repository changes nothing before itself',
  async ({ db }, t) => {
    const server = await scripted(t, { otherwise: () => ({ answer: emptyReading }) });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select();
    await stage.infer().result;
    const wire = server.wire.join('\n');
    assert.match(wire, /ingest_marketing\.py/);
    for (const secret of ['AKIAFAKEFAKEFAKE2222', 'FAKEfakeFAKE', 'not-a-real-password'])
      assert.ok(!wire.includes(secret), `${secret} was sent`);
    const { rows } = await db
      .selectFrom('tablelore.model_call')
      .select('request')
      .execute()
      .then((all) => ({ rows: JSON.stringify(all) }));
    assert.ok(!rows.includes('FAKEfakeFAKE'));

    const injected = server.requests.find((sent) =>
      JSON.stringify(sent.input).includes('ignore all previous'),
    );
    assert.ok(injected, 'the comment is shown as data');
    for (const sent of server.requests) {
      assert.equal(sent.instructions, instructions);
      assert.deepEqual(sent.text, injected.text);
      assert.ok(sent.input.every((item) => 'role' in item && item.role === 'user'));
    }
    const lines = JSON.stringify(injected.input).split(String.raw`\n`);
    const line = lines.find((text) => text.includes('ignore all previous'));
    assert.match(line ?? '', /^ *\d+\| -- Note/, 'behind its line number');
  },
);
