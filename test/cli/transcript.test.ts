import assert from 'node:assert/strict';
import test from 'node:test';
import type { StoredTurn } from '../../activities/infer/claimed-call.ts';
import type { Added } from '../../activities/infer/exchange.ts';
import { transcriptLines } from '../../cli/transcript-print.ts';
import { readJudgings, readTranscript } from '../../cli/transcript.ts';
import type { JudgingRow, TranscriptRow } from '../../store/transcripts.ts';

const plain = { style: (_format: unknown, text: string) => text, width: 100 };
const added: Added = { input: [], shown: [], opened: { files: [], tables: [] }, rejected: [], corrects: false, notes: false, closing: null, seconds: 0.5 }; // prettier-ignore
const usage = { input: 12_000, cachedInput: 9_000, output: 300, reasoning: 100 };
const silent = { limit: null, remaining: null };
const turn = (
  number: number,
  request: Partial<Added>,
  outcome: StoredTurn<unknown>['outcome'] | null,
): TranscriptRow => ({
  turn: number,
  run: 'night-1',
  status: outcome === null ? 'failed' : 'done',
  request: { ...added, ...request },
  response:
    outcome === null
      ? { error: 'The model server failed (503).', run: 'night-1', failures: 1 }
      : {
          responseId: 'r',
          outcome,
          items: [],
          usage,
          limits: { requests: silent, tokens: silent },
          seconds: 2,
        },
  costUsd: outcome === null ? null : 0.0123,
  at: '2026-10-20T04:30:00Z',
});

const rows = [
  turn(0, { input: [{ role: 'user', content: 'Table: a.b.c\nKind: view' }], shown: [{ path: 'c.sql', from: 1, to: 40 }] }, { kind: 'calls', calls: [{ callId: 'x', name: 'read_file', arguments: '{"path":"d.sql"}' }] }), // prettier-ignore
  turn(1, { input: [{ type: 'function_call_output', call_id: 'x', output: '   1| select 1\n   2| \u001b[31mred' }], shown: [{ path: 'd.sql', from: 1, to: 2 }] }, { kind: 'answer', value: { purpose: { text: 'p' }, columns: [1, 2], unknown: ['owner'] } }), // prettier-ignore
  turn(2, { rejected: [{ at: 'columns 2 (x)', reason: 'it cites no lines' }], closing: 'turns' }, null),
];

const verdict = (word: string) => ({ statement: 1, verdict: word, reason: 'So.' });
const judging: JudgingRow = {
  ...turn(0, { input: [{ role: 'user', content: 'Statements:' }] }, { kind: 'answer', value: { verdicts: ['yes', 'no', 'yes'].map(verdict) } }), // prettier-ignore
  model: 'gpt-judge',
};

test('a conversation is told turn by turn: what was told, called, answered, sent back and stored', () => {
  const end = { claims: 2, rejected: [], unknown: ['owner'], bound: 'turns' };
  const lines = [...transcriptLines(readTranscript(rows), readJudgings([judging]), end, plain, false)];
  assert.deepEqual(lines, [
    'turn 1  2026-10-20T04:30:00Z, 12,000 tokens in (9,000 cached), 300 out (100 reasoning), 2.5 s, $0.0123',
    '  told        Table: a.b.c',
    '              1 passage shown: c.sql:1-40',
    '  calls       read_file {"path":"d.sql"}',
    '              → 1| select 1 … 1 more line',
    'turn 2  2026-10-20T04:30:00Z, 12,000 tokens in (9,000 cached), 300 out (100 reasoning), 2.5 s, $0.0123',
    '              1 passage shown: d.sql:1-2',
    '  answer      purpose 1, columns 2',
    'turn 3  2026-10-20T04:30:00Z, failed, 0.5 s',
    '  sent back   columns 2 (x): it cites no lines',
    '  last turn   the bound of turns is reached',
    '  error       The model server failed (503).',
    'judged by gpt-judge  2026-10-20T04:30:00Z, 12,000 tokens in (9,000 cached), 300 out (100 reasoning), 2.5 s, $0.0123',
    '  told        Statements:',
    '  answer      2 yes, 1 no',
    'stored: 2 claims',
    '  unknown     owner',
  ]);
});

test('in full, answers are shown line by line, and nothing in them reaches the terminal but text', () => {
  const lines = [...transcriptLines(readTranscript(rows), [], null, plain, true)];
  assert.ok(lines.includes('  told        Table: a.b.c'));
  assert.ok(lines.some((line) => line.endsWith('1| select 1')));
  assert.ok(lines.every((line) => !line.includes('\u001b')));
  assert.match(lines.at(-1) ?? '', /no answer/);
});
