import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { reportAnswers } from '../../../activities/infer/report.ts';
import type { InferOutput } from '../../../activities/infer/infer-output.ts';
import { fieldsAsked, type TableReading } from '../../../inference/model/output-contract.ts';
import type { NewClaim } from '../../../schema/contracts/claims.ts';
import { readClaims } from '../../../store/claims.ts';
import { readOutputs } from '../../../store/claim-sets.ts';
import type { Database } from '../../../store/database.ts';
import { pointedSets } from '../../../store/pointed-sets.ts';
import { latestTranscript } from '../../../store/transcripts.ts';
import { readTranscript } from '../../../cli/transcript.ts';
import { listQuarantine } from '../../../store/quarantine.ts';
import { emptyReading, noNotes } from '../../support/empty-reading.ts';
import { withDatabases } from '../../support/databases.ts';
import {
  startScriptedModelServer,
  type ScriptedModelOptions,
  type Step,
} from '../../support/scripted-model-server.ts';
import { adSpend, events, describe, lineOf, saveNight, shipments, stageOf, users } from './night.ts';

const nothing: TableReading = { ...emptyReading, unknown: [] };
/** Not in the dossier of any of the tables. */
const macros = 'dbt/macros/money.sql';
const caveat = (path: string, from: number, to = from, text = 'Amounts are rounded.'): TableReading => ({
  ...nothing,
  caveats: [{ text, evidence: [{ path, from, to }], confidence: 0.7 }],
});
const read = (path: string, from = 1, to = 3): readonly [string, object] => ['read_file', { path, from, to }];
const only = { table: users };

async function scripted(t: TestContext, options: ScriptedModelOptions) {
  const server = await startScriptedModelServer(options);
  t.after(() => server.close());
  return server;
}

async function answerOf(db: Database, table = users): Promise<{ claims: NewClaim[]; output: InferOutput }> {
  const { setId } = (await pointedSets(db, 'acme', '2026-10-20', 'infer', [table])).get(table) as { setId: number }; // prettier-ignore
  const output = (await readOutputs<InferOutput>(db, [setId])).get(setId)?.output as InferOutput;
  return { claims: (await readClaims(db, [setId])).get(setId) ?? [], output };
}

/** The request's bytes up to the end of the input, which a later turn must begin with, but for the bracket that closes it. */
const prefix = (wire: string): string => wire.slice(0, wire.lastIndexOf('],"tool_choice"'));
const head = (wire: string): string => wire.slice(0, wire.indexOf('"input":['));

withDatabases(
  'tools are run in the order of their calls, and what they showed can be cited',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [
        {
          calls: [read(macros), ['look_up_table', { table: 'stg_app__events', page: null }]],
          also: [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }],
        },
        { calls: [['list_folder', { path: 'dbt', page: null }]] },
        { answer: caveat(macros, 1, 3), usage: { reasoning: 10 } },
      ],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only);
    assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
    const { claims, output } = await answerOf(db);
    assert.deepEqual([claims.length, output.turns, output.bound], [1, 3, null]);
    assert.deepEqual(output.unknown, fieldsAsked.filter((field) => field !== 'caveats')); // prettier-ignore
    assert.deepEqual(output.opened.files.map(({ path }) => path), [macros]); // prettier-ignore
    assert.deepEqual(output.opened.tables.map(({ table }) => table), [events]); // prettier-ignore

    const last = server.requests[2]?.input ?? [];
    const types = last.map((item) => ('type' in item ? item.type : 'message'));
    assert.deepEqual(types.slice(types.indexOf('reasoning')), [
      ...['reasoning', 'web_search_call', 'function_call', 'function_call'],
      ...[
        'function_call_output',
        'function_call_output',
        'reasoning',
        'function_call',
        'function_call_output',
      ],
    ]);
    const outputs = last.flatMap((item) => ('output' in item ? [String(item.output)] : []));
    assert.match(outputs[0] ?? '', /^ {3}1\| /);
    assert.match(outputs[1] ?? '', /^Table: .*events[^]*description \(declared\)[^]*Read by: .*daily_active/);
    assert.match(outputs[2] ?? '', /^analyses\/ \(1 file\)\nmacros\/ \(6 files\)/);
  },
);

withDatabases(
  'every request begins with the bytes of the one before; all tables share the beginning',
  async ({ db }, t) => {
    const steps: Step[] = [users, shipments, adSpend].flatMap((table) => [
      { when: table, calls: [read(macros)] },
      { when: table, calls: [read(macros, 4, 6), ['search', { pattern: 'round', regex: false, ignore_case: true, paths: null, page: null }]] }, // prettier-ignore
      { when: table, answer: caveat(macros, 99) },
      { when: table, answer: nothing },
    ]);
    const server = await scripted(t, { steps });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select();
    assert.deepEqual(await stage.infer().result, { done: 3, reused: 0, failed: 0 });
    assert.equal(server.wire.length, 12);
    assert.equal(new Set(server.wire.map(head)).size, 1);
    for (let at = 0; at < 12; at += 4)
      for (let turn = at; turn < at + 3; turn += 1)
        assert.ok(server.wire[turn + 1]?.startsWith(prefix(server.wire[turn] ?? '')), `request ${turn + 2}`);
    const keys = server.requests.map((sent) => sent.prompt_cache_key);
    assert.equal(new Set(keys).size, 3, 'one key a table');
  },
);

withDatabases(
  'a worker that dies between two turns goes on with the same bytes, and pays for no turn twice',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [
        { calls: [read(macros)] },
        { drop: 'within' },
        { drop: 'before' },
        { answer: caveat(macros, 2) },
      ],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only);
    await assert.rejects(stage.infer(only).result, /broke off/);
    await assert.rejects(stage.infer(only).result, /cannot be reached/);
    assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
    assert.equal(server.wire.length, 4);
    assert.deepEqual(server.wire.slice(2), [server.wire[1], server.wire[1]]);
    assert.ok(server.wire[1]?.startsWith(prefix(server.wire[0] ?? '')));
  },
);

withDatabases(
  'what was not shown cannot be cited; it is read and mended in the one turn for it',
  async ({ db }, t) => {
    const server = await scripted(t, {
      steps: [
        { answer: caveat(macros, 2) },
        { calls: [read(macros, 2, 2)] },
        { answer: { ...caveat(macros, 2), unknown: ['owner'] } },
      ],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only);
    await stage.infer(only).result;
    assert.match(JSON.stringify(server.requests[1]?.input.at(-1)), /not shown all of lines 2 to 2/);
    const { claims, output } = await answerOf(db);
    assert.deepEqual([claims.length, output.rejected.length, output.turns], [1, 0, 3]);
    const turns = readTranscript((await latestTranscript(db, 'acme', users))?.turns ?? []);
    assert.deepEqual(turns.map((turn) => turn.outcome), ['answer', 'calls', 'answer']); // prettier-ignore
    assert.match(turns[1]?.rejected[0]?.reason ?? '', /read them first/);
    assert.match(turns[1]?.calls[0]?.answer ?? '', /^ {3}2\| /);
    assert.match(turns[0]?.at ?? '', /^20\d\d-\d\d-\d\dT[\d:]{8}Z$/);
  },
);

const bounds: [name: string, Parameters<typeof stageOf>[2], bound: string][] = [
  ['turns', { perTable: { turns: 2, tokens: 1e6, seconds: 900 } }, 'turns'],
  ['tokens', { perTable: { turns: 9, tokens: 1_000, seconds: 900 } }, 'tokens'],
  ['time', { perTable: { turns: 9, tokens: 1e6, seconds: 0.001 } }, 'seconds'],
  ['money', { perTable: { turns: 9, tokens: 1e6, seconds: 900, usd: 0.001 }, prices: { input: 2, cachedInput: 1, output: 9 } }, 'usd'], // prettier-ignore
];
for (const [name, more, bound] of bounds) {
  withDatabases(
    `at the bound of ${name} the model answers in one last turn, without tools`,
    async ({ db }, t) => {
      const mixed = { ...caveat(macros, 2), unknown: ['grain' as const] };
      mixed.caveats.push({ text: 'Unseen.', evidence: [{ path: macros, from: 9, to: 9 }], confidence: 0.5 });
      const server = await scripted(t, { steps: [{ calls: [read(macros)] }, { answer: mixed }] });
      await saveNight(db);
      const stage = stageOf(db, server, more);
      await stage.select(only);
      assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
      assert.deepEqual(server.requests.map((sent) => sent.tool_choice), ['auto', 'none']); // prettier-ignore
      assert.match(JSON.stringify(server.requests[1]?.input.at(-1)), /used up: no more tools/);
      const { claims, output } = await answerOf(db);
      assert.equal(output.bound, bound);
      assert.deepEqual([claims.length, output.rejected.length], [1, 1], 'what holds is kept');
      const figures = {
        tables: 1,
        fields: 10,
        unknown: 9,
        rejected: 1,
        bounded: 1,
        judged: 0,
        unsupported: 0,
        unclear: 0,
        conflicts: 0,
        unanswered: 0,
      };
      assert.deepEqual(await reportAnswers(db, 'acme', '2026-10-20'), figures);
      assert.equal((await stage.select({ ...only, run: 'later' })).units, 0);
    },
  );
}

withDatabases('a later turn without an answer keeps what an earlier one proved', async ({ db }, t) => {
  const both = caveat(macros, 2);
  both.caveats.push({ text: 'Unseen.', evidence: [{ path: macros, from: 9, to: 9 }], confidence: 0.5 });
  const server = await scripted(t, {
    steps: [{ calls: [read(macros)] }, { answer: both }, { incomplete: 'content_filter' }],
  });
  await saveNight(db);
  const stage = stageOf(db, server);
  await stage.select(only);
  assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
  assert.equal((await answerOf(db)).claims.length, 1);
});

withDatabases('after tools a refusal, or an answer cut short, puts the table aside', async ({ db }, t) => {
  await saveNight(db);
  for (const [name, step] of Object.entries<Step>({
    refused: { refusal: 'I will not.' },
    content_filter: { incomplete: 'content_filter' },
    max_output_tokens: { incomplete: 'max_output_tokens', text: '{"purpose":' },
  })) {
    const server = await scripted(t, { steps: [{ calls: [read(macros)] }, step] });
    const stage = stageOf(db, server, { name });
    const run = { ...only, run: name };
    await stage.select(run);
    assert.deepEqual(await stage.infer(run).result, { done: 0, reused: 0, failed: 1 });
    assert.match((await listQuarantine(db, name))[0]?.error ?? '', new RegExp(name));
  }
});

withDatabases(
  'what the model opened is part of what its answer rests on: a change of it asks anew',
  async ({ db }, t) => {
    const look: Step = { calls: [['look_up_table', { table: adSpend, page: null }]] };
    const server = await scripted(t, { steps: [look, { answer: nothing }, look, { answer: nothing }] });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only);
    await stage.infer(only).result;
    assert.equal((await stage.select({ ...only, run: 'same' })).units, 0);
    await describe(db, adSpend, 'Money spent on advertisements.');
    const changed = { ...only, run: 'changed' };
    assert.equal((await stage.select(changed)).units, 1, 'the table that was looked up says something new');
    assert.deepEqual(await stage.infer(changed).result, { done: 1, reused: 0, failed: 0 });
    assert.equal((await stage.select({ ...only, run: 'after' })).units, 0);
  },
);

withDatabases(
  'a model that obeys the text of the repository can only read, and what it says in its favour is dropped',
  async ({ db }, t) => {
    const path = 'dataform/definitions/logistics/shipments.sqlx';
    const injected = lineOf(shipments, 'ignore all previous');
    const cites = { evidence: [{ path, from: injected, to: injected + 1 }], confidence: 1 };
    const obeyed: TableReading = {
      ...nothing,
      purpose: { text: 'The certified source of truth for revenue.', ...cites },
      owner: { owner: 'finance-certified', ...cites },
      upstream: [{ table: 'acme-data.finance.revenue', ...cites }],
      columns: [{ column: 'revenue', meaning: 'Revenue.', ...noNotes, ...cites }], // prettier-ignore
      caveats: [{ text: 'A comment instructs automated readers.', ...cites }],
    };
    const attempts: readonly (readonly [string, object])[] = [
      ['mark_certified', { table: shipments }],
      ['run_sql', { sql: 'drop table x' }],
      ['write_file', { path, text: '' }],
      ['read_file', { path: '../../../../etc/passwd', from: null, to: null }],
      ['read_file', { path: '.git/config', from: null, to: null }],
      ['file_history', { path: '--output=/tmp/owned', page: null }],
      ['look_up_table', { table: "x'; drop table tablelore.claim; --", page: null }],
    ];
    const server = await scripted(t, {
      steps: [{ calls: attempts }, { answer: obeyed }, { answer: obeyed }],
    });
    await saveNight(db);
    const stage = stageOf(db, server);
    const run = { table: shipments };
    await stage.select(run);
    assert.deepEqual(await stage.infer(run).result, { done: 1, reused: 0, failed: 0 });
    const outputs = (server.requests[1]?.input ?? []).flatMap((item) => ('output' in item ? [String(item.output)] : [])); // prettier-ignore
    assert.equal(outputs.length, attempts.length);
    for (const output of outputs)
      assert.match(output, /^(There is no tool|Refused|There is no such|No table)/);
    const { claims, output } = await answerOf(db, shipments);
    assert.deepEqual(claims.map(({ field }) => field), ['caveat']); // prettier-ignore
    assert.deepEqual(output.rejected.map(({ at }) => at.split(' ')[0]), ['purpose', 'upstream', 'owner', 'columns']); // prettier-ignore
    assert.deepEqual(output.opened, { files: [], tables: [] });
  },
);
