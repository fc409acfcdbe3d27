/** What was said between us and the model about one table, turn by turn. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { askedAt, supportPrefix } from './model-calls.ts';

export interface StoredTranscript {
  readonly model: string;
  readonly promptVersion: string;
  readonly inputHash: string;
  readonly generation: number;
  /** First to last, at least one. */
  readonly turns: readonly TranscriptRow[];
  /** What judges of its answers were asked, first to last. */
  readonly judgings: readonly JudgingRow[];
}

export interface TranscriptRow {
  readonly turn: number;
  /** The run that paid for it. */
  readonly run: string;
  readonly status: 'open' | 'done' | 'failed';
  /** What the turn added to the input; plain JSON. */
  readonly request: unknown;
  readonly response: unknown;
  readonly costUsd: number | null;
  /** ISO timestamp: when that run asked. */
  readonly at: string;
}

/** A call of a second model, which judges an answer. */
export interface JudgingRow extends TranscriptRow {
  readonly model: string;
}

const row = sql`turn, run, status, request, response,
  (select sum(cost_usd) from tablelore.model_payment where call = model_call.id) as "costUsd",
  to_char(${askedAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at`;

/** The latest conversation about a table; null: there was none. */
export async function latestTranscript(
  db: Database,
  repo: string,
  table: string,
): Promise<StoredTranscript | null> {
  const { rows } = await sql<Omit<StoredTranscript, 'turns' | 'judgings'> & TranscriptRow & { id: number }>`
    with latest as (
      select repo, table_id, model, prompt_version, input_hash, generation from tablelore.model_call
      where repo = ${repo} and table_id = ${table} and not starts_with(prompt_version, ${supportPrefix})
      order by id desc limit 1
    )
    select id, model, prompt_version as "promptVersion", input_hash as "inputHash", generation, ${row}
    from tablelore.model_call join latest using (repo, table_id, model, prompt_version, input_hash, generation)
    order by turn`.execute(db);
  const [first] = rows;
  if (first === undefined) return null;
  const { model, promptVersion, inputHash, generation } = first;
  const turns = rows.map(({ turn, run, status, request, response, costUsd, at }) => ({ turn, run, status, request, response, costUsd, at })); // prettier-ignore
  const judgings = await judgingsSince(db, repo, table, generation, first.id);
  return { model, promptVersion, inputHash, generation, turns, judgings };
}

/** Calls of judges about answers of one generation, since its first turn began. */
async function judgingsSince(
  db: Database,
  repo: string,
  table: string,
  generation: number,
  id: number,
): Promise<JudgingRow[]> {
  const { rows } = await sql<JudgingRow>`
    select model, ${row} from tablelore.model_call
    where repo = ${repo} and table_id = ${table} and generation = ${generation} and id > ${id}
      and starts_with(prompt_version, ${supportPrefix})
    order by id`.execute(db);
  return rows;
}

/**
 * The set of the answer that a conversation led to, by the hash that it is kept under, or what that hash begins with: that of the latest night, of those that
 * several judges left; null: there is none.
 */
export async function answerSet(
  db: Database,
  repo: string,
  table: string,
  { hash, begin }: { readonly hash: string; readonly begin: string },
): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    select s.id from tablelore.claim_set s
    left join tablelore.pointer p on p.repo = s.repo and p.table_id = s.table_id and p.stage = s.stage and p.set_id = s.id
    where s.repo = ${repo} and s.table_id = ${table} and s.stage = 'infer'
      and (s.input_hash = ${hash} or starts_with(s.input_hash, ${begin}))
    order by p.as_of desc nulls last, s.id desc limit 1`.execute(db);
  return rows[0]?.id ?? null;
}
