import assert from 'node:assert/strict';
import test from 'node:test';
import { accuracyLines } from '../../../cli/commands/accuracy.ts';
import { diagnosticLines } from '../../../cli/commands/diagnostics.ts';
import { findingLines } from '../../../cli/commands/doctor.ts';
import { noneFits, severalFit } from '../../../cli/commands/reading.ts';
import { runLines } from '../../../cli/commands/status.ts';
import { NothingFound } from '../../../cli/exit.ts';
import { pickRun } from '../../../cli/run-name.ts';
import { warn } from '../../../cli/doctor/check.ts';
import { noJoins } from '../../../knowledge/join-score.ts';
import { keyFigures } from '../../../knowledge/key-score.ts';
import type { Comparison } from '../../../knowledge/compare-declared.ts';
import type { Diagnostic } from '../../../schema/contracts/diagnostic.ts';
import type { StoredRun } from '../../../store/runs.ts';

const plain = { style: (_format: unknown, text: string) => text, width: 100 };

const run = (id: string, status: string): StoredRun => ({
  id,
  workflow: 'nightly',
  repo: 'shop',
  asOf: '2026-10-20',
  commit: 'c0ffee',
  input: {},
  status,
  report: null,
  reason: null,
  startedAt: '2026-10-21T04:30:00.000Z',
  endedAt: null,
});

test('a run is named by its id, the start of one, or as the last', () => {
  const runs = [run('nightly-2', 'running'), run('nightly-1', 'published'), run('enrich-1', 'failed')];
  const pick = (name: string) => pickRun(name, runs, ({ id }) => id);
  assert.equal(pick('last').id, 'nightly-2');
  assert.equal(pick('enrich').id, 'enrich-1');
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof NothingFound && message.test(error.message);
  assert.throws(() => pick('nightly'), refused(/2 runs .*\n {2}nightly-2\n {2}nightly-1$/));
  assert.throws(() => pick('nigthly-1'), refused(/near:\n {2}nightly/));
  assert.throws(() => pickRun('last', [], String), refused(/There is no run/));
});

test('a run that goes on has a line without figures', () => {
  assert.deepEqual(
    [...runLines([run('nightly-2', 'running')], plain)],
    ['2026-10-21 04:30  shop  nightly  2026-10-20  running    ', '  nightly-2'],
  );
});

test('a night that was dropped is still listed, and said to be gone', () => {
  const dropped = [{ repo: 'shop', asOf: '2026-10-20' }];
  assert.match(
    [...runLines([run('nightly-1', 'published')], plain, dropped)].join('\n'),
    /\n {2}dropped since/,
  );
  assert.doesNotMatch([...runLines([run('nightly-1', 'published')], plain)].join(), /dropped/);
});

test('diagnostics stand in groups, the largest first, each cut with a hint', () => {
  const one = (code: string, line: number): Diagnostic => ({
    code,
    severity: 'error',
    message: 'odd\u001b[2J text',
    path: 'a.sql',
    line,
    fault: 'user',
  });
  const lines = [
    ...diagnosticLines([one('b.rare', 1), one('a.often', 2), one('a.often', 3)], 'shop', 1, plain),
  ];
  assert.deepEqual(lines, [
    'shop: 3 diagnostics',
    '',
    'a.often  2 × error, to be mended in the repository',
    '  a.sql:2',
    '    odd text',
    '  and 1 more: tablelore diagnostics --code a.often',
    '',
    'b.rare  1 × error, to be mended in the repository',
    '  a.sql:1',
    '    odd text',
  ]);
});

test('disagreements stand before agreements', () => {
  const key = (table: string, verdict: Comparison['verdict'], derived: string | null): Comparison => ({
    table,
    field: 'grain',
    verdict,
    declared: 'id',
    derived,
  });
  const all = [key('a', 'exact', 'id'), key('b', 'different', 'day'), key('c', 'none', null)];
  const scores = { comparisons: all, keys: { ...keyFigures([]), tables: [] }, joins: { ...noJoins, claims: null } }; // prettier-ignore
  const lines = [...accuracyLines(scores, all, plain)];
  assert.deepEqual(lines.slice(1, 5), [
    'keys     1 of 2 agree (1 exact, 1 different); 1 of 3 not derived',
    '  ✗ b  declared id; derived day',
    '  – c  id',
    '  ✓ a  id',
  ]);
  assert.ok(lines.includes('joins    nothing is declared that could be compared'));
});

test('a finding says what to do', () => {
  assert.deepEqual(
    [...findingLines(warn('schedule', 'shop has none', 'Run `tablelore schedule apply`.'), plain)],
    ['! schedule           shop has none', '                     → Run `tablelore schedule apply`.'],
  );
});

test('names that do not fit come with what to try', () => {
  assert.match(
    severalFit('orders', ['a.orders', 'b.orders']),
    /fits 2 tables.*\n {2}a\.orders\n {2}b\.orders$/,
  );
  assert.match(
    noneFits('ordrs', ['a.orders']),
    /No table is called "ordrs"\. These come near:\n {2}a\.orders$/,
  );
  assert.match(noneFits('zzz', []), /tablelore search "zzz"/);
});
