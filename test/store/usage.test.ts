import assert from 'node:assert/strict';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { QueryTemplate } from '../../schema/contracts/usage.ts';
import type { Database } from '../../store/database.ts';
import {
  readRanks,
  readRankVersions,
  readTemplates,
  saveRanks,
  saveTemplates,
  templatesOfDays,
  templatesToAnalyse,
} from '../../store/queries.ts';
import {
  eraseUser,
  findLogFiles,
  ingestLogFile,
  lastLogDay,
  readUsage,
  refreshUsage,
  type TemplateDay,
} from '../../store/usage.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';
const problems: Diagnostic[] = [
  {
    code: 'query_log.row',
    severity: 'warning',
    message: 'It is left out.',
    path: 'log1',
    line: 3,
    fault: 'user',
  },
];
const texts = [
  { fingerprint: 'f1', sql: 'select * from a' },
  { fingerprint: 'f2', sql: 'select * from a join b' },
];

function day(fingerprint: string, on: string, more: Partial<TemplateDay> = {}): TemplateDay {
  return {
    fingerprint,
    day: on,
    source: 'adhoc',
    runs: 2,
    failures: 0,
    users: ['u1'],
    roles: { analyst: 2 },
    ...more,
  };
}

async function ingest(db: Database, path: string, hash: string, days: TemplateDay[]): Promise<string[]> {
  const file = {
    path,
    hash,
    dayFrom: days[0]?.day ?? null,
    dayTo: days.at(-1)?.day ?? null,
    lines: 9,
    badLines: 1,
    problems,
  };
  const changed = await ingestLogFile(db, repo, file, texts, days);
  await saveTemplates(db, repo, [
    { ...(texts[0] as (typeof texts)[0]), tables: ['a', 'a'], analysis: { joins: [] }, readerVersion: '1' },
    { ...(texts[1] as (typeof texts)[0]), tables: ['a', 'b'], analysis: null, readerVersion: '1' },
  ]);
  await refreshUsage(db, repo);
  return changed;
}

withDatabases('a log counts once, and a changed log replaces what it said', async ({ db }) => {
  const days = [
    day('f1', '2025-01-01'),
    day('f2', '2025-01-02', { source: 'dashboard', failures: 1, users: ['u1', 'u2'] }),
  ];
  assert.deepEqual(await ingest(db, 'log1', 'h1', days), ['2025-01-01', '2025-01-02']);
  assert.deepEqual(await ingest(db, 'log1', 'h1', days), []);
  assert.deepEqual(await ingest(db, 'moved', 'h1', days), []);
  const before = await readUsage(db, repo, '2025-01-02');
  assert.deepEqual(before, [
    {
      table: 'a',
      recentQueries: 4,
      previousQueries: 0,
      recentUsers: 2,
      recentFailures: 1,
      bySource: { adhoc: 2, dashboard: 2 },
      lastUsed: '2025-01-02',
    },
    {
      table: 'b',
      recentQueries: 2,
      previousQueries: 0,
      recentUsers: 2,
      recentFailures: 1,
      bySource: { dashboard: 2 },
      lastUsed: '2025-01-02',
    },
  ]);
  assert.deepEqual(await ingest(db, 'log1', 'h2', [day('f1', '2025-01-03')]), [
    '2025-01-01',
    '2025-01-02',
    '2025-01-03',
  ]);
  assert.deepEqual(
    (await readUsage(db, repo, '2025-02-01')).map((row) => [row.table, row.recentQueries, row.lastUsed]),
    [['a', 0, '2025-01-03']],
  );
  assert.deepEqual(
    [...(await findLogFiles(db, repo)).values()].map((file) => [file.hash, file.problems]),
    [['h2', problems]],
  );
  assert.equal(await lastLogDay(db, repo, '2025-01-02'), null);
});

withDatabases('a night sees the days up to its date, whenever their logs came', async ({ db }) => {
  await ingest(db, 'late', 'h2', [day('f1', '2025-03-01', { runs: 50 })]);
  const asOf = '2025-02-10';
  assert.deepEqual(await readUsage(db, repo, asOf), []);
  assert.deepEqual(await readTemplates(db, repo, asOf, '', 10), []);
  await ingest(db, 'early', 'h1', [
    day('f1', '2025-01-01', { runs: 3 }),
    day('f1', '2025-02-01', { users: ['u2'] }),
  ]);
  const [usage] = await readUsage(db, repo, asOf);
  assert.deepEqual([usage?.recentQueries, usage?.previousQueries, usage?.recentUsers], [2, 3, 1]);
  const [template, ...rest] = await readTemplates(db, repo, asOf, '', 10);
  assert.deepEqual(rest, []);
  assert.deepEqual(
    { ...template, analysis: 0, sql: 0, tables: 0, readerVersion: 0 },
    {
      fingerprint: 'f1',
      analysis: 0,
      sql: 0,
      tables: 0,
      readerVersion: 0,
      runs: 5,
      failures: 0,
      users: 2,
      days: 2,
      firstSeen: '2025-01-01',
      lastSeen: '2025-02-01',
      sources: { adhoc: 5 },
      roles: { analyst: 4 },
    },
  );
  assert.deepEqual(await readTemplates(db, repo, asOf, 'f1', 10), []);
  assert.deepEqual(await templatesOfDays(db, repo, ['2025-02-01']), ['f1']);
  assert.deepEqual(await templatesToAnalyse(db, repo, '1', '', 10), []);
  assert.deepEqual(await templatesToAnalyse(db, repo, '2', 'f1', 10), [texts[1]]);
});

withDatabases('a person can be taken out of usage', async ({ db }) => {
  await ingest(db, 'log', 'h', [
    day('f1', '2025-01-01', { users: ['u1', 'u2'] }),
    day('f2', '2025-01-01', { users: ['u2'] }),
  ]);
  assert.equal(await eraseUser(db, repo, 'u1'), 1);
  assert.equal(await eraseUser(db, repo, 'u1'), 0);
  assert.equal((await readUsage(db, repo, '2025-01-01'))[0]?.recentUsers, 2);
});

withDatabases('ranks of a past night do not touch later ones', async ({ db }) => {
  const query = (fingerprint: string, trust: number) => ({ fingerprint, trust, sql: 'x' }) as QueryTemplate;
  await saveRanks(db, repo, '2025-01-01', [query('f1', 0.1), query('f2', 0.2)]);
  await saveRanks(db, repo, '2025-01-05', [query('f1', 0.1), query('f3', 0.3)]);
  await saveRanks(db, repo, '2025-01-03', [query('f1', 0.9)]);
  const ranks = async (asOf: string) =>
    (await readRanks(db, repo, asOf)).map(({ query: { fingerprint, trust } }) => [fingerprint, trust]);
  assert.deepEqual(await ranks('2025-01-02'), [
    ['f1', 0.1],
    ['f2', 0.2],
  ]);
  assert.deepEqual(await ranks('2025-01-03'), [['f1', 0.9]]);
  assert.deepEqual(await ranks('2025-01-05'), [
    ['f1', 0.1],
    ['f3', 0.3],
  ]);
  const [first] = await readRanks(db, repo, '2025-01-05');
  assert.deepEqual(await readRankVersions(db, [first?.version ?? 0, -1]), [first]);
});

withDatabases(
  'days are counted anew once after what they rest on changed, also by another process',
  async ({ db }) => {
    await ingest(db, 'log', 'h', [day('f1', '2025-01-01'), day('f2', '2025-01-02')]);
    assert.deepEqual(await refreshUsage(db, repo), []);
    const text = texts[1] as (typeof texts)[0];
    await saveTemplates(db, repo, [{ ...text, tables: ['c'], analysis: null, readerVersion: '2' }]);
    assert.deepEqual(await refreshUsage(db, repo), ['2025-01-02']);
    assert.deepEqual(
      (await readUsage(db, repo, '2025-01-02')).map((row) => row.table),
      ['a', 'c'],
    );
    assert.deepEqual(await refreshUsage(db, repo, 'all'), ['2025-01-01', '2025-01-02']);
  },
);
