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

/** Tokens and money of one call. */
export interface CallCost {
  readonly inputTokens: number;
  /** Part of the input tokens. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** Null: prices are not configured. */
  readonly costUsd: number | null;
}

export interface ModelCallEnd extends CallCost {
  readonly status: 'done' | 'failed';
  /** What the server answered, or the error; plain JSON. */
  readonly response: unknown;
}

export interface StoredModelCall {
  readonly id: number;
  /** `open`: began, and its end is not known: it is running, waits for room, or its worker died. */
  readonly status: 'open' | 'done' | 'failed';
  readonly request: unknown;
  readonly response: unknown;
  /** The run that makes the call now; null: nobody does. */
  readonly claimedBy: string | null;
}

export interface ModelSpend extends CallCost {
  /** Those that ended. */
  readonly calls: number;
}

/** When a call was made last, or was begun if it was not made. */
export const askedAt = sql`coalesce(asked_at, created_at)`;

const columns = sql`id, status, request, response, case when claimed_until > clock_timestamp() then run end as "claimedBy"`; // prettier-ignore

/** The call with its answer; null when it was never made. */
export async function findModelCall(db: Database, key: ModelCallKey): Promise<StoredModelCall | null> {
  const { rows } = await sql<StoredModelCall>`
    select ${columns} from tablelore.model_call
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
    select ${columns} from tablelore.model_call
    where repo = ${key.repo} and table_id = ${key.table} and model = ${key.model} and prompt_version = ${key.promptVersion}
      and input_hash = ${key.inputHash} and generation = ${key.generation}
    order by turn`.execute(db);
  return rows;
}

/** Records a call before there is room for it. One that is there keeps what it asks for, and is returned as it is. */
export async function beginModelCall(
  db: Database,
  run: string,
  key: ModelCallKey,
  request: unknown,
): Promise<StoredModelCall> {
  const { rows } = await sql<StoredModelCall>`
    insert into tablelore.model_call as c
      (repo, table_id, model, prompt_version, input_hash, generation, turn, run, request, status)
    values (${key.repo}, ${key.table}, ${key.model}, ${key.promptVersion}, ${key.inputHash}, ${key.generation}, ${key.turn},
      ${run}, ${toJson(request)}::jsonb, 'open')
    on conflict (repo, table_id, model, prompt_version, input_hash, generation, turn) do update
    set run = case when c.status = 'done' or c.claimed_until > clock_timestamp() then c.run else excluded.run end
    returning ${columns}`.execute(db);
  return rows[0] as StoredModelCall;
}

/**
 * Takes a call for `seconds`, for the run that is about to make it and pays for it; again before they have passed, while it is under way. False: another
 * run makes it, or its answer is there. `expected`: what it takes, about. Of a call that its run took and never ended, whose worker died, that is paid.
 */
export async function claimModelCall(
  db: Database,
  id: number,
  run: string,
  seconds: number,
  expected: CallCost,
): Promise<boolean> {
  const { rows } = await sql`
    update tablelore.model_call as c
    set run = ${run}, status = 'open', ${claimPaid}, asked_at = clock_timestamp(), claimed_until = ${inSeconds(seconds)},
      claimed_input = ${expected.inputTokens}, claimed_output = ${expected.outputTokens}, claimed_usd = ${expected.costUsd}
    where id = ${id} and status <> 'done' and (claimed_until is null or claimed_until <= clock_timestamp() or run = ${run})
    returning 1`.execute(db);
  return rows.length > 0;
}

/** What the claim that stands was to take is paid. */
const claimPaid = sql`input_tokens = input_tokens + coalesce(claimed_input, 0),
  output_tokens = output_tokens + coalesce(claimed_output, 0),
  cost_usd = case when claimed_usd is null then cost_usd else coalesce(cost_usd, 0) + claimed_usd end`;
const inSeconds = (seconds: number) => sql`clock_timestamp() + make_interval(secs => ${seconds})`;

/** Prolongs a claim on a call that is under way. */
export async function keepModelCall(db: Database, id: number, run: string, seconds: number): Promise<void> {
  await sql`update tablelore.model_call set claimed_until = ${inSeconds(seconds)}
    where id = ${id} and run = ${run} and claimed_until is not null`.execute(db);
}

/**
 * Records how a call ended, and adds what it took to what was paid for it before. False: an answer was there first and stays, or another run makes the call
 * by now and this end is none.
 */
export async function finishModelCall(
  db: Database,
  id: number,
  run: string,
  end: ModelCallEnd,
): Promise<boolean> {
  const { rows } = await sql<{ stored: boolean }>`
    with before as (select id, status, run from tablelore.model_call where id = ${id} for update),
    ends as (select id, status <> 'done' and (run = ${run} or ${end.status === 'done'}) as stored, run = ${run} as ours from before)
    update tablelore.model_call as c
    set input_tokens = c.input_tokens + ${end.inputTokens}, cached_input_tokens = c.cached_input_tokens + ${end.cachedInputTokens},
      output_tokens = c.output_tokens + ${end.outputTokens},
      cost_usd = case when ${end.costUsd}::double precision is null then c.cost_usd else coalesce(c.cost_usd, 0) + ${end.costUsd} end,
      status = case when stored then ${end.status} else c.status end,
      response = case when stored then ${toJson(end.response)}::jsonb else c.response end,
      claimed_until = case when ours or stored then null else claimed_until end,
      claimed_input = case when ours or stored then null else claimed_input end,
      claimed_output = case when ours or stored then null else claimed_output end,
      claimed_usd = case when ours or stored then null else claimed_usd end
    from ends where c.id = ends.id
    returning stored`.execute(db);
  return rows[0]?.stored ?? false;
}

/** What the calls of a run have used so far, those that broke off included. */
export async function modelSpend(db: Database, run: string): Promise<ModelSpend> {
  const { rows } = await sql<ModelSpend>`
    select count(*) filter (where status <> 'open') as calls, coalesce(sum(input_tokens), 0) as "inputTokens",
      coalesce(sum(cached_input_tokens), 0) as "cachedInputTokens", coalesce(sum(output_tokens), 0) as "outputTokens",
      sum(cost_usd) as "costUsd"
    from tablelore.model_call
    where run = ${run}`.execute(db);
  return rows[0] as ModelSpend;
}

/**
 * US dollars that the calls of all runs have cost whose ids are `family` or begin with it and a slash, those under way included with what they take,
 * about; calls without a price count nothing.
 */
export async function familySpend(db: Database, family: string): Promise<number> {
  const { rows } = await sql<{ usd: number }>`
    select coalesce(sum(coalesce(cost_usd, 0) + coalesce(claimed_usd, 0)), 0) as usd from tablelore.model_call
    where run = ${family} or starts_with(run, ${`${family}/`})`.execute(db);
  return rows[0]?.usd ?? 0;
}
