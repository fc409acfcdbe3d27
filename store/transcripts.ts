/** What was said between us and the model about one table, turn by turn. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { supportPrefix } from './model-calls.ts';

export interface StoredTranscript {
  readonly model: string;
  readonly promptVersion: string;
  readonly inputHash: string;
  readonly generation: number;
  /** First to last, at least one. */
  readonly turns: readonly TranscriptRow[];
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
  /** ISO timestamp of its beginning. */
  readonly at: string;
}

/** The latest conversation about a table; null: there was none. */
export async function latestTranscript(
  db: Database,
  repo: string,
  table: string,
): Promise<StoredTranscript | null> {
  const { rows } = await sql<Omit<StoredTranscript, 'turns'> & TranscriptRow>`
    with latest as (
      select repo, table_id, model, prompt_version, input_hash, generation from tablelore.model_call
      where repo = ${repo} and table_id = ${table} and not starts_with(prompt_version, ${supportPrefix})
      order by id desc limit 1
    )
    select model, prompt_version as "promptVersion", input_hash as "inputHash", generation, turn, run, status, request, response,
      cost_usd as "costUsd", to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
    from tablelore.model_call join latest using (repo, table_id, model, prompt_version, input_hash, generation)
    order by turn`.execute(db);
  const [first] = rows;
  if (first === undefined) return null;
  const { model, promptVersion, inputHash, generation } = first;
  const turns = rows.map(({ turn, run, status, request, response, costUsd, at }) => ({ turn, run, status, request, response, costUsd, at })); // prettier-ignore
  return { model, promptVersion, inputHash, generation, turns };
}
