import { sql } from 'kysely';
import type { Database } from './database.ts';
import { toJson } from './json.ts';

/** Names one call: the same question is asked once, also by another run or a second attempt. */
export interface ModelCallKey {
  readonly repo: string;
  readonly table: string;
  readonly model: string;
  readonly promptVersion: string;
  /** Names everything that the prompt was made of. */
  readonly inputHash: string;
  /** Raised when the same question is asked anew on purpose; from 0. */
  readonly generation: number;
  /** From 0. */
  readonly turn: number;
}

/** The prompt version of calls that judge an answer: they are no turns of the conversation about a table. */
export const supportPrompt = (version: string): string => `${supportPrefix}${version}`;
export const supportPrefix = 'support-';

export interface ModelCallEnd {
  readonly status: 'done' | 'failed';
  /** What the server answered, or the error; plain JSON. */
  readonly response: unknown;
  readonly inputTokens: number;
  /** Part of the input tokens. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** Null: prices are not configured. */
  readonly costUsd: number | null;
}

export interface StoredModelCall {
  readonly id: number;
  /** `open`: began, and its end is not known: it is running, or its worker died. */
  readonly status: 'open' | 'done' | 'failed';
  readonly request: unknown;
  readonly response: unknown;
}

export interface ModelSpend {
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** Null when no call has a price. */
  readonly costUsd: number | null;
}

/** The call with its answer; null when it was never made. */
export async function findModelCall(db: Database, key: ModelCallKey): Promise<StoredModelCall | null> {
  const { rows } = await sql<StoredModelCall>`
    select id, status, request, response from tablelore.model_call
    where repo = ${key.repo} and table_id = ${key.table} and model = ${key.model} and prompt_version = ${key.promptVersion}
      and input_hash = ${key.inputHash} and generation = ${key.generation} and turn = ${key.turn}`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** The last generation of a question, with the run that began it; null: the question was never asked. */
export async function lastGeneration(
  db: Database,
  key: Omit<ModelCallKey, 'generation' | 'turn'>,
): Promise<{ generation: number; run: string } | null> {
  const { rows } = await sql<{ generation: number; run: string }>`
    select generation, run from tablelore.model_call
    where repo = ${key.repo} and table_id = ${key.table} and model = ${key.model} and prompt_version = ${key.promptVersion}
      and input_hash = ${key.inputHash}
    order by generation desc, turn limit 1`.execute(db);
  return rows[0] ?? null;
}

/** The turns of one generation, first to last. */
export async function readTurns(db: Database, key: Omit<ModelCallKey, 'turn'>): Promise<StoredModelCall[]> {
  const { rows } = await sql<StoredModelCall>`
    select id, status, request, response from tablelore.model_call
    where repo = ${key.repo} and table_id = ${key.table} and model = ${key.model} and prompt_version = ${key.promptVersion}
      and input_hash = ${key.inputHash} and generation = ${key.generation}
    order by turn`.execute(db);
  return rows;
}

/** Records a call before it is made, for the run that pays for it. One that is there and not done is begun anew. Returns its id. */
export async function beginModelCall(
  db: Database,
  run: string,
  key: ModelCallKey,
  request: unknown,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into tablelore.model_call as c
      (repo, table_id, model, prompt_version, input_hash, generation, turn, run, request, status)
    values (${key.repo}, ${key.table}, ${key.model}, ${key.promptVersion}, ${key.inputHash}, ${key.generation}, ${key.turn},
      ${run}, ${toJson(request)}::jsonb, 'open')
    on conflict (repo, table_id, model, prompt_version, input_hash, generation, turn) do update
    set run = case c.status when 'done' then c.run else excluded.run end,
      request = case c.status when 'done' then c.request else excluded.request end,
      status = case c.status when 'done' then c.status else excluded.status end
    returning id`.execute(db);
  return (rows[0] as { id: number }).id;
}

/** Records how a call ended. One that is done stays as it is. */
export async function finishModelCall(db: Database, id: number, end: ModelCallEnd): Promise<void> {
  await db
    .updateTable('tablelore.model_call')
    .set({
      status: end.status,
      response: sql`${toJson(end.response)}::jsonb`,
      input_tokens: end.inputTokens,
      cached_input_tokens: end.cachedInputTokens,
      output_tokens: end.outputTokens,
      cost_usd: end.costUsd,
    })
    .where('id', '=', id)
    .where('status', '<>', 'done')
    .execute();
}

/** What the calls of a run have used so far. */
export async function modelSpend(db: Database, run: string): Promise<ModelSpend> {
  const { rows } = await sql<ModelSpend>`
    select count(*) as calls, coalesce(sum(input_tokens), 0) as "inputTokens",
      coalesce(sum(cached_input_tokens), 0) as "cachedInputTokens", coalesce(sum(output_tokens), 0) as "outputTokens",
      sum(cost_usd) as "costUsd"
    from tablelore.model_call
    where run = ${run} and status <> 'open'`.execute(db);
  return rows[0] as ModelSpend;
}

/** US dollars that the calls of all runs have cost whose ids are `family` or begin with it and a slash; calls without a price count nothing. */
export async function familySpend(db: Database, family: string): Promise<number> {
  const { rows } = await sql<{ usd: number }>`
    select coalesce(sum(cost_usd), 0) as usd from tablelore.model_call
    where run = ${family} or starts_with(run, ${`${family}/`})`.execute(db);
  return rows[0]?.usd ?? 0;
}
