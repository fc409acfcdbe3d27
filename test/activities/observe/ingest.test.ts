import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RunHandle } from '../../../activities/contract.ts';
import { ingest } from '../../../activities/observe/ingest.ts';
import { repoConfigSchema } from '../../../schema/contracts/config.ts';
import type { Database } from '../../../store/database.ts';
import { beginRun } from '../../../store/runs.ts';
import { saveRepo } from '../../../store/repos.ts';
import { withDatabases } from '../../support/databases.ts';

const run = { id: 'night', repo: 'shop', asOf: '2026-10-02' };
const log = [
  { query: 'select 1 from orders', user: 'ann', started_at: '2026-10-01T08:00:00Z' },
  { query: 'select 2 from orders' },
]
  .map((row) => JSON.stringify(row))
  .join('\n');

interface Logs {
  readonly write: (name: string, text: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** Runs a night's reading; `source`: how the logs are written. */
  readonly night: (
    source?: object,
  ) => Promise<{ files: number; known: number; problems: unknown[]; days: string[] }>;
}

async function logsOf(db: Database, t: TestContext): Promise<Logs> {
  const configDir = mkdtempSync(join(tmpdir(), 'tablelore-logs-'));
  t.after(() => rmSync(configDir, { recursive: true, force: true }));
  await saveRepo(db, { name: run.repo, url: '.', ref: null });
  await beginRun(db, { ...run, workflow: 'nightly', commit: 'c', input: {} });
  mkdirSync(join(configDir, 'logs'));
  const at = (name: string) => join(configDir, 'logs', name);
  const deps = { db, configDir, personSalt: 's' };
  const handle = { ...run, run: run.id } as unknown as RunHandle;
  return {
    write: (name, text) => writeFileSync(at(name), text),
    rename: (from, to) => renameSync(at(from), at(to)),
    night: async (source = {}) => {
      const config = repoConfigSchema.parse({ name: run.repo, url: '.', logs: [{ path: 'logs/*.jsonl', ...source }] }); // prettier-ignore
      const { files, known, problems } = await ingest(deps, handle, config, new AbortController().signal);
      const days = await db.selectFrom('tablelore.template_day').select('day').orderBy('day').execute();
      return { files, known, problems: problems.map(({ path, line }) => [path, line]), days: days.map(({ day }) => day) }; // prettier-ignore
    },
  };
}

withDatabases(
  'a log is read once, also when its content comes back under another path',
  async ({ db }, t) => {
    const { write, rename, night } = await logsOf(db, t);
    const days = ['2026-10-01'];
    write('a.jsonl', log);
    assert.deepEqual(await night(), { files: 1, known: 0, problems: [['logs/a.jsonl', 2]], days });
    rename('a.jsonl', 'b.jsonl');
    assert.deepEqual(await night(), { files: 0, known: 1, problems: [['logs/b.jsonl', 2]], days });
    write('a.jsonl', log);
    assert.equal((await night()).known, 2);
  },
);

const on = (day: string) =>
  JSON.stringify({ query: 'select 1 from orders', user: 'ann', started_at: `${day}T08:00:00Z` });

withDatabases('no day is lost when logs are renamed every day', async ({ db }, t) => {
  const { write, rename, night } = await logsOf(db, t);
  const days = ['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04'];
  const seen: string[][] = [];
  for (const day of days) {
    if (seen.length > 1) rename('1.jsonl', '2.jsonl');
    if (seen.length > 0) rename('0.jsonl', '1.jsonl');
    write('0.jsonl', on(day));
    seen.push((await night()).days);
  }
  // What was renamed away at the end is gone from the disk, and counts on.
  assert.deepEqual(seen, days.map((_, index) => days.slice(0, index + 1))); // prettier-ignore
  write('1.jsonl', on('2026-10-05'));
  assert.deepEqual((await night()).days, [...days.filter((day) => day !== '2026-10-03'), '2026-10-05']);
  write('1.jsonl', on('2026-10-04'));
  assert.deepEqual((await night()).days, ['2026-10-01', '2026-10-02', '2026-10-04']);
});

withDatabases(
  'no day is lost or counted twice when logs are renamed and read otherwise in one night',
  async ({ db }, t) => {
    const { write, rename, night } = await logsOf(db, t);
    write('0.jsonl', on('2026-10-01'));
    await night();
    rename('0.jsonl', '1.jsonl');
    write('0.jsonl', on('2026-10-02'));
    await night();
    rename('0.jsonl', '1.jsonl');
    assert.deepEqual((await night({ dialect: 'bigquery' })).days, ['2026-10-01', '2026-10-02']);
    write('0.jsonl', on('2026-10-03'));
    assert.deepEqual((await night({ dialect: 'snowflake' })).days, [
      '2026-10-01',
      '2026-10-02',
      '2026-10-03',
    ]);
  },
);

withDatabases('a log is read again once it is configured otherwise', async ({ db }, t) => {
  const { write, night } = await logsOf(db, t);
  write('a.jsonl', JSON.stringify({ text: 'select 1', who: 'ann', began: '2026-10-01T08:00:00Z' }));
  assert.deepEqual(await night(), { files: 1, known: 0, problems: [['logs/a.jsonl', 1]], days: [] });
  const fields = { sql: 'text', user: 'who', startedAt: 'began' };
  assert.deepEqual(await night({ fields }), { files: 1, known: 0, problems: [], days: ['2026-10-01'] });
  assert.equal((await night({ fields })).known, 1);
});
