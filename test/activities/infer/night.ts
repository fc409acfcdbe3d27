/** A commit of the fixture monorepo and three of its tables as link and derive leave them, for tests of the stage. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createActivities } from '../../../activities/index.ts';
import { judgeConfig } from '../../../activities/infer/judge.ts';
import { createModelClient, type ModelClient } from '../../../activities/infer/model-client.ts';
import type { ChunkResult, RunHandle, WorkList } from '../../../activities/contract.ts';
import type { ActivityDeps } from '../../../activities/deps.ts';
import { configSchema, type ModelConfig } from '../../../schema/contracts/config.ts';
import type { FileFacts } from '../../../schema/contracts/facts.ts';
import type { NewClaim } from '../../../schema/contracts/claims.ts';
import type { LinkOutput, StageResult } from '../../../schema/contracts/stages.ts';
import { saveStageResults } from '../../../store/claim-sets.ts';
import type { Database } from '../../../store/database.ts';
import { saveFacts } from '../../../store/facts.ts';
import { liveLeases, releaseLease, takeLease } from '../../../store/leases.ts';
import { pointTables } from '../../../store/pointers.ts';
import { readWork } from '../../../store/work-items.ts';
import { runActivity, type ActivityRun } from '../../support/activity-context.ts';
import type { ScriptedModelServer } from '../../support/scripted-model-server.ts';

const dir = mkdtempSync(join(tmpdir(), 'tablelore-infer-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const repoDir = join(dir, 'repo');
const monorepo = join(import.meta.dirname, '../../../fixtures/monorepo');
cpSync(monorepo, repoDir, { recursive: true });
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repoDir, encoding: 'utf8' }).trim(); // prettier-ignore
git('init', '--quiet', '--initial-branch=main');
git('add', '.');
git('commit', '--quiet', '-m', 'all');
const commit = git('rev-parse', 'HEAD');
const blob = (path: string) => git('rev-parse', `HEAD:${path}`);

export const users = 'acme-data.growth.daily_active_users';
export const shipments = 'acme-data.logistics.shipments';
export const adSpend = 'acme-data.landing.ad_spend';
const events = 'acme-data.app.stg_app__events';

export const paths = {
  [users]: 'dbt/models/marts/growth/daily_active_users.sql',
  [shipments]: 'dataform/definitions/logistics/shipments.sqlx',
  [adSpend]: 'airflow/dags/ingest_marketing.py',
};
export const lineOf = (table: keyof typeof paths, text: string): number => {
  const lines = readFileSync(join(monorepo, paths[table]), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
};

const handle: RunHandle = {
  run: 'night-1',
  repo: 'acme',
  asOf: '2026-10-20',
  commit,
  table: null,
  tables: null,
  redo: [],
  modelTables: null,
  usd: null,
  base: null,
  codeUnchanged: false,
};

/** `columns`: all that the table has. `band`: what query logs say. */
async function saveTable(
  db: Database,
  table: string,
  path: string | null,
  columns: readonly string[],
  upstream: readonly string[],
  band: string,
): Promise<void> {
  const common = { table, origin: 'declared' as const, confidence: 1, evidence: [] };
  const builds = path === null ? [] : [{ facts: `facts ${path}`, path, blob: blob(path), builds: [0] }];
  const output: LinkOutput = {
    path,
    kind: 'table',
    write: 'replace',
    alias: null,
    builds,
    names: {},
    testedKeys: [],
    notNull: [],
    upstream,
    columnsComplete: true,
    columns: columns.map((name) => ({ name, type: null })),
    level: upstream.length,
  };
  const claims: NewClaim[] = [
    ...upstream.map((other): NewClaim => ({ ...common, field: 'upstream', value: { table: other } })),
    { ...common, field: 'description', value: { text: `What ${table} holds.` } },
  ];
  const usage: NewClaim = { ...common, origin: 'observed', field: 'usage', value: { band, trend: 'steady' } };
  const results: StageResult[] = [
    { table, stage: 'link', inputHash: `link ${table}`, claims, output },
    { table, stage: 'observe', inputHash: `observe ${band}`, claims: [usage], output: {} },
  ];
  const saved = await saveStageResults(db, handle.repo, results);
  await pointTables(db, handle.repo, handle.asOf, saved.map(({ stage, setId }) => ({ table, stage, setId }))); // prettier-ignore
  if (path === null) return;
  const build = { target: { parts: table.split('.') }, kind: 'table', write: 'replace', lines: [1, 9], reads: [] } as const; // prettier-ignore
  const statements = { total: 1, parsed: 1, opaque: 0, failed: 0 };
  const facts: FileFacts = { path, reader: 'test', version: 1, dialect: 'bigquery', builds: [build], uses: [], declarations: [], jobs: [], diagnostics: [], statements }; // prettier-ignore
  await saveFacts(db, handle.repo, [{ key: `facts ${path}`, blob: blob(path), facts }]);
}

export async function saveNight(db: Database): Promise<void> {
  await saveTable(db, events, null, ['user_id', 'event_date', 'platform'], [], 'tens');
  await saveTable(db, users, paths[users], ['activity_date', 'platform', 'active_users', 'event_count'], [events], 'hundreds'); // prettier-ignore
  await saveTable(
    db,
    shipments,
    paths[shipments],
    ['shipment_id', 'order_id', 'carrier', 'state'],
    [],
    'tens',
  );
  await saveTable(db, adSpend, paths[adSpend], ['campaign_id', 'spend'], [], 'none');
}

/** Says something new about a table that others read. */
export async function describe(db: Database, table: string, text: string, asOf = handle.asOf): Promise<void> {
  const claim: NewClaim = { table, field: 'description', value: { text }, origin: 'declared', confidence: 1, evidence: [] }; // prettier-ignore
  const saved = await saveStageResults(db, handle.repo, [{ table, stage: 'annotate', inputHash: text, claims: [claim], output: {} }]); // prettier-ignore
  await pointTables(db, handle.repo, asOf, saved.map(({ stage, setId }) => ({ table, stage, setId }))); // prettier-ignore
}
export { events };

export interface Stage {
  readonly select: (more?: Partial<RunHandle>) => Promise<WorkList & { readonly skipped: string | null }>;
  /** One attempt at every chunk, one after the other; it ends where one of them throws. */
  readonly infer: (more?: Partial<RunHandle>) => ActivityRun<ChunkResult>;
  /** One attempt at one chunk. */
  readonly chunk: (ordinal: number, more?: Partial<RunHandle>) => Promise<ChunkResult>;
  readonly handle: RunHandle;
}

export function stageOf(
  db: Database,
  server: Pick<ScriptedModelServer, 'baseUrl' | 'apiKey'> | null,
  more: Partial<ModelConfig> = {},
  around: (client: ModelClient) => ModelClient = (client) => client,
): Stage {
  const config = configSchema.parse({
    repos: [{ name: 'acme', url: repoDir, ref: 'main', dialect: 'bigquery' }],
    // The scripted server answers at once: at the usual limits most turns would wait.
    model: { name: 'gpt-test', requestsPerMinute: 6_000, tokensPerMinute: 20_000_000, ...more },
  });
  const access = server && { apiKey: server.apiKey, baseUrl: server.baseUrl };
  const judging = judgeConfig(config.model);
  const deps = {
    db,
    config,
    configDir: dir,
    mirrorDir: join(dir, 'mirrors'),
    model: access && around(createModelClient(config.model, access)),
    judge: access && judging && createModelClient(judging, access),
    personSalt: 'salt',
  } as ActivityDeps;
  const activities = createActivities(deps);
  /** Runs come one after the other: each takes the night when it begins, and those before have ended, and given it back. */
  const runOf = async (some?: Partial<RunHandle>): Promise<RunHandle> => {
    const run = { ...handle, ...some };
    for (const { asOf, holder } of await liveLeases(db, run.repo))
      if (holder !== run.run) await releaseLease(db, run.repo, asOf, holder);
    await takeLease(db, run.repo, run.asOf, run.run, 900);
    return run;
  };
  return {
    handle,
    select: (some) => runActivity(async () => activities.selectForInference(await runOf(some))).result,
    chunk: (ordinal, some) => runActivity(async () => activities.infer(await runOf(some), ordinal)).result,
    infer: (some) =>
      runActivity(async () => {
        const run = await runOf(some);
        const sum = { done: 0, reused: 0, failed: 0 };
        const chunks = await readWork(db, run.run, 'infer', -1, 100);
        for (const { ordinal } of chunks) {
          const { done, reused, failed } = await activities.infer(run, ordinal);
          sum.done += done;
          sum.reused += reused;
          sum.failed += failed;
        }
        return sum;
      }),
  };
}
