import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunHandle } from '../../../activities/contract.ts';
import { ingest } from '../../../activities/observe/ingest.ts';
import { repoConfigSchema } from '../../../schema/contracts/config.ts';
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

withDatabases(
  'a log is read once, also when its content comes back under another path',
  async ({ db }, t) => {
    const configDir = mkdtempSync(join(tmpdir(), 'tablelore-logs-'));
    t.after(() => rmSync(configDir, { recursive: true, force: true }));
    const config = repoConfigSchema.parse({ name: run.repo, url: '.', logs: [{ path: 'logs/*.jsonl' }] });
    await saveRepo(db, { name: run.repo, url: '.', ref: null });
    await beginRun(db, { ...run, workflow: 'nightly', commit: 'c', input: {} });
    const night = async () => {
      const handle = { ...run, run: run.id } as unknown as RunHandle;
      const { files, known, problems } = await ingest(
        { db, configDir, personSalt: 's' },
        handle,
        config,
        new AbortController().signal,
      );
      return { files, known, problems: problems.map(({ path, line }) => [path, line]) };
    };
    const [first, second] = ['logs/a.jsonl', 'logs/b.jsonl'].map((name) => join(configDir, name)) as [
      string,
      string,
    ];
    mkdirSync(join(configDir, 'logs'));
    writeFileSync(first, log);
    assert.deepEqual(await night(), { files: 1, known: 0, problems: [['logs/a.jsonl', 2]] });
    renameSync(first, second);
    assert.deepEqual(await night(), { files: 0, known: 1, problems: [['logs/b.jsonl', 2]] });
    writeFileSync(first, log);
    assert.equal((await night()).known, 2);
  },
);
