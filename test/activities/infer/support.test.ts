import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { reportAnswers } from '../../../activities/infer/report.ts';
import { answerHashes } from '../../../activities/infer/questions.ts';
import type { InferOutput } from '../../../activities/infer/infer-output.ts';
import { valueText } from '../../../inference/model/claim-text.ts';
import type { TableReading } from '../../../inference/model/output-contract.ts';
import { supportInstructions, type Verdicts } from '../../../inference/model/support.ts';
import type { Card } from '../../../schema/contracts/card.ts';
import { saveCards } from '../../../store/cards.ts';
import { readClaims } from '../../../store/claims.ts';
import { readOutputs, saveStageResults } from '../../../store/claim-sets.ts';
import { pointTables } from '../../../store/pointers.ts';
import type { Database } from '../../../store/database.ts';
import { modelSpend } from '../../../store/model-calls.ts';
import { modelSpendBy, spendGroups, tokensSpent } from '../../../store/model-spend.ts';
import { pointedSets } from '../../../store/pointed-sets.ts';
import { listQuarantine } from '../../../store/quarantine.ts';
import { answerSet, latestTranscript } from '../../../store/transcripts.ts';
import { withDatabases } from '../../support/databases.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { startScriptedModelServer, type Step } from '../../support/scripted-model-server.ts';
import { lineOf, paths, saveNight, shipments, stageOf, users } from './night.ts';

const cites = (line: number) => ({
  evidence: [{ path: paths[users], from: line, to: line }],
  confidence: 0.7,
});
const filter = lineOf(users, 'user_id is not null');
const answer: TableReading = {
  ...emptyReading,
  purpose: { text: 'Logged-in users of each day.', ...cites(filter) },
  caveats: [
    { text: 'Logged-out visitors are counted.', ...cites(filter) },
    { text: 'Bots may be in here.', ...cites(lineOf(users, 'select')) },
  ],
};
const said = (verdict: Verdicts['verdicts'][number]['verdict'], statement: number, reason = 'So.') => ({ statement, verdict, reason }); // prettier-ignore
const verdicts: Verdicts = {
  verdicts: [said('yes', 1), said('no', 2, 'They are left out.'), said('unclear', 3)],
};
const judge = { support: { enabled: true, name: 'gpt-judge', effort: 'low' as const, maxOutputTokens: 900 } };
const only = { table: users };

async function scripted(t: TestContext, ...steps: Step[]) {
  const server = await startScriptedModelServer({ steps });
  t.after(() => server.close());
  return server;
}

async function answerOf(db: Database, table = users) {
  const { setId } = (await pointedSets(db, 'acme', '2026-10-20', 'infer', [table])).get(table) as { setId: number }; // prettier-ignore
  const output = (await readOutputs<InferOutput>(db, [setId])).get(setId)?.output as InferOutput;
  return { claims: (await readClaims(db, [setId])).get(setId) ?? [], output };
}

/** A card of the table with a conflict of each of these origins. */
async function saveCard(db: Database, conflicts: readonly (readonly [kept: string, lost: string])[]): Promise<void> {
  const card = { table: users, conflicts: conflicts.map(([kept, lost]) => ({ kept: { origin: kept }, lost: { origin: lost } })) } as unknown as Card;
  const [set] = await saveStageResults(db, 'acme', [{ table: users, stage: 'card', inputHash: 'card', claims: [], output: {} }]);
  await saveCards(db, 'acme', [{ table: users, hash: set?.outputHash ?? '', card, text: 't', textHash: 't' }]);
  await pointTables(db, 'acme', '2026-10-20', [{ table: users, stage: 'card', setId: set?.setId ?? 0 }]);
} // prettier-ignore

withDatabases('what the judge does not find in the lines is dropped, what is unclear is hardly believed', async ({ db }, t) => {
  const server = await scripted(t, { answer }, { when: 'Statements:', answer: verdicts, usage: { input: 500 } });
  await saveNight(db);
  const stage = stageOf(db, server, judge);
  await stage.select(only);
  assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
  const { claims, output } = await answerOf(db);
  assert.deepEqual(claims.map((claim) => [valueText(claim), claim.confidence]).sort(), [['Bots may be in here.', 0.3], ['Logged-in users of each day.', 0.7]]); // prettier-ignore
  assert.deepEqual([output.support?.judged, output.support?.unclear, output.rejected.length], [3, 1, 0]);
  assert.match(output.support?.unsupported[0]?.reason ?? '', /do not say it: They are left out/);
  const { judged, unsupported, unclear } = (await reportAnswers(db, 'acme', '2026-10-20')) ?? {};
  assert.deepEqual([judged, unsupported, unclear], [3, 1, 1]);
  await saveCard(db, [['derived', 'inferred'], ['declared', 'derived'], ['tested', 'inferred']]); // prettier-ignore
  assert.equal((await reportAnswers(db, 'acme', '2026-10-20'))?.conflicts, 2);

  const [, sent] = server.requests;
  assert.deepEqual([sent?.model, sent?.instructions, sent?.reasoning.effort, sent?.max_output_tokens], ['gpt-judge', supportInstructions, 'low', 900]); // prettier-ignore
  assert.deepEqual([sent?.tools, sent?.tool_choice], [[], 'none']);
  const asked = JSON.stringify(sent?.input);
  assert.match(asked, new RegExp(String.raw`${filter}\| .*user_id is not null`));
  assert.match(asked, /2\. caveat: Logged-out visitors are counted\..n +cites dbt/);
  assert.equal((await modelSpend(db, 'night-1')).calls, 2, 'paid by the run');
  assert.equal((await tokensSpent(db, 'acme', 'gpt-judge', true)).input, 500);
  for (const by of spendGroups) {
    const rows = await modelSpendBy(db, 'acme', by);
    assert.deepEqual(rows.map(({ model, calls, input, output, reasoning, costUsd }) => [model, calls, input, output, reasoning, costUsd]).sort(), [['gpt-judge', 1, 500, 200, 50, null], ['gpt-test', 1, 1_000, 200, 50, null]]); // prettier-ignore
    assert.match(rows[0]?.name ?? '', { month: /^20\d\d-\d\d$/, run: /^night-1$/, table: /daily_active/ }[by]);
  }
  const told = await latestTranscript(db, 'acme', users);
  assert.equal(told?.turns.length, 1, 'no turn of the conversation');
  assert.deepEqual(told.judgings.map(({ model, status }) => [model, status]), [['gpt-judge', 'done']]); // prettier-ignore
  const { setId } = (await pointedSets(db, 'acme', '2026-10-20', 'infer')).get(users) as { setId: number };
  const kept = answerHashes(told.inputHash, told.generation);
  assert.equal(await answerSet(db, 'acme', users, kept), setId, 'found whoever judged it');
}); // prettier-ignore

withDatabases('a judge that comes later, or goes, costs its own call and no other', async ({ db }, t) => {
  const server = await scripted(t, { answer }, { when: 'Statements:', answer: verdicts });
  await saveNight(db);
  const [without, judged] = [stageOf(db, server), stageOf(db, server, judge)];
  const run = async (stage: typeof judged, name: string) => {
    const { units } = await stage.select({ ...only, run: name });
    return [units, await stage.infer({ ...only, run: name }).result, (await answerOf(db)).claims.length];
  };
  const [done, reused] = [{ done: 1, reused: 0, failed: 0 }, { done: 0, reused: 1, failed: 0 }]; // prettier-ignore
  assert.deepEqual(await run(without, 'alone'), [1, done, 3]);
  assert.deepEqual(await run(judged, 'judged'), [1, done, 2]);
  assert.equal((await judged.select({ ...only, run: 'again' })).units, 0);
  assert.deepEqual(await run(without, 'alone again'), [1, reused, 3]);
  assert.deepEqual(await run(judged, 'judged again'), [1, reused, 2]);
  assert.equal(server.requests.length, 2);

  server.script({ when: 'Statements:', answer: { verdicts: [] } });
  const harder = stageOf(db, server, { support: { ...judge.support, effort: 'high' } });
  assert.deepEqual(await run(harder, 'judged with more effort'), [1, done, 3]);
});

withDatabases('a judge that fails is asked again, one that gives no verdict changes nothing', async ({ db }, t) => {
  const server = await scripted(t, { answer }, { status: 429, headers: { 'retry-after': '0' } }, { drop: 'within' }, { when: 'Statements:', refusal: 'No.' }); // prettier-ignore
  await saveNight(db);
  const stage = stageOf(db, server, judge);
  await stage.select(only);
  await assert.rejects(stage.infer(only).result, /limit/);
  await assert.rejects(stage.infer(only).result, /broke off/);
  assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
  const { claims, output } = await answerOf(db);
  assert.deepEqual([claims.length, output.support?.judged], [3, 0]);
  assert.equal(server.requests.filter(({ model }) => model === 'gpt-test').length, 1, 'the answer is paid once');
}); // prettier-ignore

withDatabases('a judge that refuses, or for whom no money is left, costs no answer; a later night lets it judge', async ({ db }, t) => {
  const server = await scripted(t, { answer, usage: { input: 100_000 } }, { status: 400 }, { when: 'Statements:', answer: verdicts }); // prettier-ignore
  await saveNight(db);
  const stage = stageOf(db, server, { ...judge, prices: { input: 1, cachedInput: 1, output: 1 } });
  const night = async (run: string, usd: number | null = null) => {
    await stage.select({ ...only, run });
    const result = await stage.infer({ ...only, run, usd }).result;
    return [result, (await answerOf(db)).claims.length];
  };
  assert.deepEqual(await night('no money', 0.1), [{ done: 0, reused: 0, failed: 0 }, 3], 'left');
  assert.deepEqual(await night('refused'), [{ done: 0, reused: 1, failed: 0 }, 3]);
  const told = await listQuarantine(db, 'refused');
  assert.deepEqual(told.map((one) => [one.table, one.stage]), [[users, 'judge']]); // prettier-ignore
  assert.match(told[0]?.error ?? '', /refused the call/);
  assert.deepEqual(await night('judged'), [{ done: 1, reused: 0, failed: 0 }, 2]);
  assert.equal(server.requests.length, 3, 'the answer is paid once');
}); // prettier-ignore

withDatabases('the judge sees no secret and no line that addresses a model', async ({ db }, t) => {
  const path = paths[shipments];
  const injected = lineOf(shipments, 'ignore all previous');
  const at = (from: number, to = from) => ({ evidence: [{ path, from, to }], confidence: 0.5 });
  const caveats = [
    { text: 'A comment instructs automated readers.', ...at(injected) },
    { text: 'Reach it with password=hunter2-hunter2-hunter2.', ...at(injected - 6, injected + 6) },
  ];
  const server = await scripted(t, { answer: { ...emptyReading, caveats } }, { when: 'Statements:', answer: { verdicts: [said('yes', 1), said('no', 7)] } }); // prettier-ignore
  await saveNight(db);
  const stage = stageOf(db, server, judge);
  const run = { table: shipments };
  await stage.select(run);
  await stage.infer(run).result;
  const sent = JSON.stringify(server.requests.at(-1)?.input);
  assert.equal(server.requests.at(-1)?.model, 'gpt-judge');
  assert.doesNotMatch(sent, /ignore all previous|hunter2/);
  const { claims, output } = await answerOf(db, shipments);
  assert.deepEqual([claims.length, output.support?.judged], [2, 1], 'what cites nothing else is not judged');
});
