import assert from 'node:assert/strict';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { QueryTemplate } from '../../schema/contracts/usage.ts';
import type { Database } from '../../store/database.ts';
import { readRanks, readRankVersions, readTemplates, saveAnalyses, saveRanks } from '../../store/queries.ts';
import { firstLogDay, readTemplateDays } from '../../store/template-days.ts';
import { eraseUser, findLogFiles, ingestLogFile, type TemplateDay } from '../../store/usage.ts';
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

async function ingest(db: Database, path: string, hash: string, days: TemplateDay[]): Promise<void> {
  const file = {
    path,
    hash,
    dayFrom: days[0]?.day ?? null,
    dayTo: days.at(-1)?.day ?? null,
    lines: 9,
    badLines: 1,
    problems,
  };
  await ingestLogFile(db, repo, file, texts, days);
}

/** Fingerprint, day, runs and users of all days up to a date. */
async function daysUntil(db: Database, asOf: string) {
  const days = await readTemplateDays(db, repo, asOf, texts.map(({ fingerprint }) => fingerprint)); // prettier-ignore
  return [...days.values()].flat().map(({ fingerprint, day, runs, users }) => [fingerprint, day, runs, users.join(' ')]); // prettier-ignore
}

withDatabases('a log counts once, and a changed log replaces what it said', async ({ db }) => {
  const days = [
    day('f1', '2025-01-01'),
    day('f2', '2025-01-02', { source: 'dashboard', failures: 1, users: ['u1', 'u2'] }),
  ];
  const said = [
    ['f1', '2025-01-01', 2, 'u1'],
    ['f2', '2025-01-02', 2, 'u1 u2'],
  ];
  await ingest(db, 'log1', 'h1', days);
  await ingest(db, 'log1', 'h1', days);
  await ingest(db, 'moved', 'h1', days);
  assert.deepEqual(await daysUntil(db, '2025-01-02'), said);
  assert.equal(await firstLogDay(db, repo, '2025-01-02'), '2025-01-01');
  await ingest(db, 'log1', 'h2', [day('f1', '2025-01-03')]);
  assert.deepEqual(await daysUntil(db, '2025-01-03'), [['f1', '2025-01-03', 2, 'u1']]);
  assert.deepEqual(
    [...(await findLogFiles(db, repo)).values()].map((file) => [file.hash, file.problems]),
    [['h2', problems]],
  );
  assert.equal(await firstLogDay(db, repo, '2025-01-02'), null);
});

withDatabases('a night sees the days up to its date, whenever their logs came', async ({ db }) => {
  const asOf = '2025-02-10';
  await ingest(db, 'late', 'h2', [day('f1', '2025-03-01')]);
  assert.deepEqual(await readTemplates(db, repo, asOf, '', 10), []);
  await ingest(db, 'early', 'h1', [day('f1', '2025-02-01', { users: ['u2'] })]);
  assert.deepEqual(await daysUntil(db, asOf), [['f1', '2025-02-01', 2, 'u2']]);
  const [unread] = await readTemplates(db, repo, asOf, '', 10);
  assert.deepEqual(unread, { ...texts[0], analysis: null, readerVersion: null });
  await saveAnalyses(db, repo, '1', [{ fingerprint: 'f1', analysis: { tables: ['a'] } }]);
  assert.deepEqual(await readTemplates(db, repo, asOf, '', 10), [
    { ...texts[0], analysis: { tables: ['a'] }, readerVersion: '1' },
  ]);
  assert.deepEqual(await readTemplates(db, repo, asOf, 'f1', 10), []);
});

withDatabases('a person can be taken out of usage', async ({ db }) => {
  await ingest(db, 'log', 'h', [
    day('f1', '2025-01-01', { users: ['u1', 'u2'] }),
    day('f2', '2025-01-01', { users: ['u2'] }),
  ]);
  assert.equal(await eraseUser(db, repo, 'u1'), 1);
  assert.equal(await eraseUser(db, repo, 'u1'), 0);
  assert.deepEqual(
    (await daysUntil(db, '2025-01-01')).map(([, , , users]) => users),
    ['erased u2', 'u2'],
  );
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
