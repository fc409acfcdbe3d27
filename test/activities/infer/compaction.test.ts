import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { readTranscript } from '../../../cli/transcript.ts';
import type { TableReading } from '../../../inference/model/output-contract.ts';
import type { Database } from '../../../store/database.ts';
import { latestTranscript } from '../../../store/transcripts.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { withDatabases } from '../../support/databases.ts';
import type { ResponsesRequest } from '../../support/scripted-responses.ts';
import {
  startScriptedModelServer,
  type ScriptedModelOptions,
  type Step,
} from '../../support/scripted-model-server.ts';
import { saveNight, stageOf, users } from './night.ts';

const macros = 'dbt/macros/money.sql';
const read = (from: number): Step => ({
  calls: [['read_file', { path: macros, from, to: from + 2 }]],
  usage: { input: 30_000 },
});
const answer: TableReading = {
  ...emptyReading,
  caveats: [{ text: 'Amounts are rounded.', evidence: [{ path: macros, from: 1, to: 2 }], confidence: 0.7 }],
  unknown: [],
};
const only = { table: users };
const compactAtTokens = 40_000;

async function stageWith(t: TestContext, db: Database, options: ScriptedModelOptions) {
  const server = await startScriptedModelServer(options);
  t.after(() => server.close());
  await saveNight(db);
  const stage = stageOf(db, server, { compactAtTokens });
  await stage.select(only);
  return { server, stage };
}

/** What an item is, and of our messages how they begin. */
const kinds = ({ input }: ResponsesRequest): string[] =>
  input.map((item) => ('content' in item && !('id' in item) ? JSON.stringify(item.content).slice(1, 12) : String((item as { type: string }).type))); // prettier-ignore

withDatabases(
  'what the server compacted takes the place of all that was before it, and lines shown before can be cited',
  async ({ db }, t) => {
    const sealed = { type: 'compaction', id: 'cmp_1', encrypted_content: 'sealed' };
    const { server, stage } = await stageWith(t, db, {
      steps: [read(1), { ...read(4), usage: { input: 45_000 }, also: [sealed] }, { answer }],
    });
    assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });
    assert.deepEqual(server.requests[0]?.context_management, [
      { type: 'compaction', compact_threshold: compactAtTokens },
    ]);
    assert.deepEqual(server.requests[2]?.input.slice(0, 1), [sealed]);
    assert.deepEqual(kinds(server.requests[2]), ['compaction', 'function_call', 'function_call_output']); // prettier-ignore
    const turns = readTranscript((await latestTranscript(db, 'acme', users))?.turns ?? []);
    assert.deepEqual(turns.map(({ compacted }) => compacted), [false, true, false]); // prettier-ignore
  },
);

for (const refusesCompaction of [true, false])
  withDatabases(
    `of a server that ${refusesCompaction ? 'refuses' : 'ignores the wish'} to compact, notes are asked for, once and in stored turns`,
    async ({ db }, t) => {
      const { server, stage } = await stageWith(t, db, {
        steps: [
          { ...read(1), usage: { input: 41_000 } },
          { answer: { notes: 'Rounded: dbt/macros/money.sql 1–2.' }, usage: { input: 42_000 } },
          { drop: 'before' },
          read(4),
          { drop: 'within' },
          { answer },
        ],
        refusesCompaction,
      });
      await assert.rejects(stage.infer(only).result, /cannot be reached/);
      await assert.rejects(stage.infer(only).result, /broke off/);
      assert.deepEqual(await stage.infer(only).result, { done: 1, reused: 0, failed: 0 });

      const [, notes, , on, , last] = server.requests as [ResponsesRequest, ...ResponsesRequest[]];
      assert.equal(notes?.tool_choice, 'none');
      assert.equal(notes?.text.format.name, 'notes');
      assert.deepEqual(kinds(notes).slice(-4), ['reasoning', 'function_call', 'function_call_output', 'This conver']); // prettier-ignore
      const dossier = server.requests[0]?.input ?? [];
      assert.deepEqual(on?.input.slice(0, dossier.length), dossier, 'the dossier stays');
      assert.deepEqual(kinds(on).slice(dossier.length), ['This conver', 'reasoning', 'message', 'What the to']); // prettier-ignore
      assert.deepEqual(last?.input.slice(0, on?.input.length), on?.input, 'and it grows again');
      const turns = readTranscript((await latestTranscript(db, 'acme', users))?.turns ?? []);
      assert.deepEqual(turns.map(({ compacted }) => compacted), [false, true, false, false]); // prettier-ignore
    },
  );
