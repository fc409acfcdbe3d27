import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
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
  /** However often each was begun. */
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
    set run = case when c.status = 'done' or c.claimed_until is not null then c.run else excluded.run end
    returning ${columns}`.execute(db);
  return rows[0] as StoredModelCall;
}

/**
 * Takes a call for `seconds`, and pays for it: `expected` is what it takes, about, and stands where the end does not become known, as of a worker that died.
 * Returns what names this attempt; `elsewhere`: another run makes the call, or its answer is there; `beyond`: with it, the run and those of its family
 * (`familySpend`) would cost more than `most`, however many of them claim at once.
 */
export async function claimModelCall(
  db: Database,
  id: number,
  run: string,
  seconds: number,
  expected: CallCost,
  most = Infinity,
): Promise<{ readonly claim: string } | 'elsewhere' | 'beyond'> {
  return inTransaction(db, async (trx) => {
    if (most < Infinity) {
      await sql`select pg_advisory_xact_lock(hashtextextended(${run}, 0))`.execute(trx);
      if ((await familySpend(trx, run)) + (expected.costUsd ?? 0) > most) return 'beyond';
    }
    const { rows } = await sql<{ claim: string }>`
      with claimed as (
        update tablelore.model_call
        set run = ${run}, status = 'open', claim = gen_random_uuid(), asked_at = clock_timestamp(), claimed_until = ${inSeconds(seconds)}
        where id = ${id} and status <> 'done' and (claimed_until is null or claimed_until <= clock_timestamp() or run = ${run})
        returning id, claim
      )
      insert into tablelore.model_payment (id, call, run, input_tokens, cached_input_tokens, output_tokens, cost_usd)
      select claim, id, ${run}, ${expected.inputTokens}::bigint, ${expected.cachedInputTokens}::bigint, ${expected.outputTokens}::bigint,
        ${expected.costUsd}::double precision
      from claimed returning id as claim`.execute(trx);
    return rows[0] ?? 'elsewhere';
  });
}

const inSeconds = (seconds: number) => sql`clock_timestamp() + make_interval(secs => ${seconds})`;

/** Prolongs the claim of an attempt that is under way, unless another one has taken the call. */
export async function keepModelCall(db: Database, claim: string, seconds: number): Promise<void> {
  await sql`update tablelore.model_call c set claimed_until = ${inSeconds(seconds)}
    from tablelore.model_payment p
    where p.id = ${claim} and c.id = p.call and c.claim = p.id and c.claimed_until is not null`.execute(db);
}

/**
 * Records how an attempt ended, and what it took in place of what it was to take. False: an answer was there first and stays, or another attempt makes the
 * call by now and this end is none.
 */
export async function finishModelCall(db: Database, claim: string, end: ModelCallEnd): Promise<boolean> {
  const { rows } = await sql`
    with paid as (
      update tablelore.model_payment
      set input_tokens = ${end.inputTokens}, cached_input_tokens = ${end.cachedInputTokens}, output_tokens = ${end.outputTokens},
        cost_usd = ${end.costUsd}
      where id = ${claim} returning id, call, run
    )
    update tablelore.model_call c
    set run = paid.run, claim = paid.id, claimed_until = null, status = ${end.status}, response = ${toJson(end.response)}::jsonb
    from paid where c.id = paid.call and c.status <> 'done' and (c.claim = paid.id or ${end.status === 'done'})
    returning 1`.execute(db);
  return rows.length > 0;
}

/** What a run has paid so far: for calls under way, and those whose worker died, what they take, about. */
export async function modelSpend(db: Database, run: string): Promise<ModelSpend> {
  const { rows } = await sql<ModelSpend>`
    select count(distinct call) as calls, coalesce(sum(input_tokens), 0) as "inputTokens",
      coalesce(sum(cached_input_tokens), 0) as "cachedInputTokens", coalesce(sum(output_tokens), 0) as "outputTokens",
      sum(cost_usd) as "costUsd"
    from tablelore.model_payment where run = ${run}`.execute(db);
  return rows[0] as ModelSpend;
}

/** US dollars that all runs have paid whose ids are `family` or begin with it and a slash; calls without a price count nothing. */
export async function familySpend(db: Database, family: string): Promise<number> {
  // '0' is the character behind the slash: the ids lie side by side in the index.
  const { rows } = await sql<{ usd: number }>`
    select coalesce(sum(cost_usd), 0) as usd from tablelore.model_payment
    where run = ${family} or (run > ${`${family}/`} and run < ${`${family}0`})`.execute(db);
  return rows[0]?.usd ?? 0;
}

/** Whether a model answered a run anything. */
export async function hasAnswered(db: Database, run: string, model: string): Promise<boolean> {
  const { rows } = await sql`
    select from tablelore.model_payment p join tablelore.model_call c on c.id = p.call
    where p.run = ${run} and c.model = ${model} and c.status = 'done' limit 1`.execute(db);
  return rows.length > 0;
}
