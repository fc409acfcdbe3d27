import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson } from '../knowledge/canonical-json.ts';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import type { RunReport, StageName } from '../schema/contracts/runs.ts';
import { inTransaction, type Database } from './database.ts';
import { pack, toJson, unpack } from './json.ts';

export interface NewRun {
  readonly id: string;
  readonly workflow: string;
  readonly repo: string;
  readonly asOf: string;
  readonly commit: string;
  readonly input: unknown;
}

export interface StoredRun extends NewRun {
  /** `running`, then the report's outcome. */
  readonly status: string;
  /** Null until it ended with one. */
  readonly report: RunReport | null;
  /** Why it failed, where it left no report; null otherwise. */
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** What one stage did in one run so far. */
export interface RunStage {
  readonly stage: StageName;
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  readonly seconds: number;
  /** Why it did not run; null when it did. */
  readonly skipped: string | null;
}

const columns = [
  'id',
  'workflow',
  'repo',
  'as_of as asOf',
  'commit',
  'input',
  'status',
  'report',
  'reason',
  'started_at as startedAt',
  'ended_at as endedAt',
] as const;

/** Records that a run began. Again with the same id: nothing changes. */
export async function beginRun(db: Database, run: NewRun): Promise<void> {
  const { asOf, input, ...rest } = run;
  await db
    .insertInto('tablelore.run')
    .values({ ...rest, as_of: asOf, input: toJson(input), status: 'running' })
    .onConflict((on) => on.column('id').doNothing())
    .execute();
}

/** Records how a run ended. `report` is null for runs that end before they did anything; `reason` says why then. */
export async function finishRun(
  db: Database,
  id: string,
  status: string,
  report: RunReport | null,
  reason: string | null = null,
): Promise<void> {
  await db
    .updateTable('tablelore.run')
    .set({
      status,
      report: report && sql`${toJson(report)}::jsonb`,
      reason,
      ended_at: sql`coalesce(ended_at, now())`,
    })
    .where('id', '=', id)
    .execute();
}

export async function readRun(db: Database, id: string): Promise<StoredRun | null> {
  const row = await db.selectFrom('tablelore.run').select(columns).where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/**
 * The last run with an id that begins so, other than `not`, that did the night from these inputs (the field `inputs` of what was stored as its input);
 * null when there is none.
 */
export async function findDoneRun(
  db: Database,
  night: {
    readonly repo: string;
    readonly asOf: string;
    readonly idBegin: string;
    readonly not: string;
    readonly inputs: string;
  },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from tablelore.run
    where repo = ${night.repo} and as_of = ${night.asOf} and starts_with(id, ${night.idBegin}) and id <> ${night.not}
      and status in ('published', 'unchanged', 'history') and input ->> 'inputs' = ${night.inputs}
    order by ended_at desc limit 1`.execute(db);
  return rows[0]?.id ?? null;
}

/** The latest runs first. `repo` null: of all repositories; `idBegin`: only those with an id that begins so. */
export async function listRuns(
  db: Database,
  repo: string | null,
  limit: number,
  idBegin = '',
): Promise<StoredRun[]> {
  let query = db.selectFrom('tablelore.run').select(columns);
  if (repo !== null) query = query.where('repo', '=', repo);
  if (idBegin !== '') query = query.where(sql<boolean>`starts_with(id, ${idBegin})`);
  return query.orderBy('started_at', 'desc').orderBy('id').limit(limit).execute();
}

/** Whether another run of the repository was under way at any time since this one began. One that has not ended for a week has died. */
export async function othersSince(db: Database, repo: string, run: string): Promise<boolean> {
  const { rows } = await sql`
    select from tablelore.run o join tablelore.run own on own.id = ${run}
    where o.repo = ${repo} and o.id <> ${run} and coalesce(o.ended_at, o.started_at + interval '7 days') > own.started_at
    limit 1`.execute(db);
  return rows.length > 0;
}

/** Stores what a stage did; the last word counts. */
export async function recordStage(db: Database, run: string, stage: RunStage): Promise<void> {
  await db
    .insertInto('tablelore.run_stage')
    .values({ run, ...stage })
    .onConflict((on) => on.columns(['run', 'stage']).doUpdateSet(stage))
    .execute();
}

export async function readStages(db: Database, run: string): Promise<RunStage[]> {
  const rows = await db
    .selectFrom('tablelore.run_stage')
    .select(['stage', 'done', 'reused', 'failed', 'seconds', 'skipped'])
    .where('run', '=', run)
    .execute();
  return rows as RunStage[];
}

/** Stores the diagnostics of a run; equal lists of several runs are stored once. Returns the list's hash. */
export async function saveDiagnostics(
  db: Database,
  run: string,
  diagnostics: readonly Diagnostic[],
): Promise<string> {
  const hash = createHash('sha256').update(canonicalJson(diagnostics)).digest('hex');
  await inTransaction(db, async (trx) => {
    await sql`insert into tablelore.diagnostics_set (hash, body) values (${hash}, decode(${pack(diagnostics)}, 'base64'))
      on conflict (hash) do nothing`.execute(trx);
    await trx.updateTable('tablelore.run').set({ diagnostics_hash: hash }).where('id', '=', run).execute();
  });
  return hash;
}

/** The diagnostics of a run; null when it stored none. */
export async function readDiagnostics(db: Database, run: string): Promise<Diagnostic[] | null> {
  const row = await db
    .selectFrom('tablelore.run as r')
    .innerJoin('tablelore.diagnostics_set as d', 'd.hash', 'r.diagnostics_hash')
    .select('d.body')
    .where('r.id', '=', run)
    .executeTakeFirst();
  return row ? (unpack(row.body) as Diagnostic[]) : null;
}
