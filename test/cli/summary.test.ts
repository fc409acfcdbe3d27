import assert from 'node:assert/strict';
import test from 'node:test';
import { summaryLines } from '../../cli/summary.ts';
import { noticeOfReport } from '../../knowledge/report/notice.ts';
import { reportVersion, type RunReport } from '../../schema/contracts/runs.ts';
import { noChanges } from '../support/no-changes.ts';

const plain = { style: (_format: unknown, text: string) => text };
const agreement = { compared: 0, agree: 0, notDerived: 0 };
const report: RunReport = {
  version: reportVersion,
  run: 'backfill-1/a/shop/2026-10-12',
  workflow: 'backfill',
  repo: 'shop',
  asOf: '2026-10-12',
  commit: 'c0ffee',
  outcome: 'unchanged',
  reason: null,
  stages: [],
  files: 3,
  statements: { total: 0, parsed: 0, opaque: 0, failed: 0 },
  tables: 2,
  builtTables: 2,
  edges: 1,
  columnEdges: 0,
  claims: {},
  conflicts: 0,
  stale: 0,
  diagnostics: {},
  queries: {},
  cards: 2,
  embedded: 2,
  embeddingModel: 'local',
  modelCalls: 0,
  modelTokens: { input: 0, cachedInput: 0, output: 0 },
  costUsd: null,
  embedding: { calls: 0, texts: 0, tokens: 0, costUsd: null },
  coverage: [],
  accuracy: { keys: agreement, joins: agreement, lineage: agreement },
  changes: { ...noChanges, newTables: { count: 1, listed: ['shop.orders'] } },
  quarantined: [],
  quarantinedCount: 0,
  snapshot: '7',
  seconds: 1,
};
const told = (of: Partial<RunReport>) => summaryLines({ ...report, ...of }, plain).join('\n');

test('a night after which readers see the same says so, and what its list is compared with', () => {
  assert.match(told({}), /^shop as of 2026-10-12: readers see the same as before/);
  assert.match(
    told({}),
    /\nAgainst the night of 2026-10-05, the last one of an earlier date\n +new +1 table/,
  );
});

test('a notice lists differences only where readers see another night than before', () => {
  assert.equal(noticeOfReport(report).changes, null);
  assert.equal(noticeOfReport({ ...report, outcome: 'published' }).changes?.newTables, 1);
});

test('a run that did not end well tells no figure of a night, and what readers still see', () => {
  for (const outcome of ['failed', 'cancelled'] as const) {
    const undone = { outcome, tables: 0, edges: 0, changes: null, readersSee: '2026-10-05' };
    const text = told(undone);
    assert.match(text, /not done\n +commit +c0ffee\n +readers +still see the night of 2026-10-05\n/);
    assert.doesNotMatch(text, /\d (?:table|edge|card|text)/);
    assert.match(told({ ...undone, readersSee: null }), /readers +see no night yet/);
    assert.equal(noticeOfReport({ ...report, ...undone }).tables, null);
  }
});

test('a night that is kept as history claims no vectors', () => {
  assert.match(told({ outcome: 'history' }), /2 cards, without vectors: searches find the newer night/);
});

test('nights that became too old to be kept are told', () => {
  const dropped = { before: '2026-09-12', nights: 2, sets: 31 };
  assert.match(
    told({ dropped }),
    /\n +dropped +2 nights before 2026-09-12 with 31 results, too old for keepDays/,
  );
});
