import { sql } from 'kysely';
import type { Database } from './database.ts';
import { supportPrefix } from './model-calls.ts';

/** Tokens that a model took so far, and for how many questions about tables. `cachedInput` is part of `input`. */
export interface TokensSpent {
  readonly questions: number;
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

/** Of all runs of a repository. A question that was asked anew counts again. `judging`: for answers that were judged, else for those that were given. */
export async function tokensSpent(
  db: Database,
  repo: string,
  model: string,
  judging = false,
): Promise<TokensSpent> {
  const { rows } = await sql<TokensSpent>`
    select count(distinct (table_id, prompt_version, input_hash, generation)) as questions,
      coalesce(sum(input_tokens), 0) as input, coalesce(sum(cached_input_tokens), 0) as "cachedInput",
      coalesce(sum(output_tokens), 0) as output
    from tablelore.model_call where repo = ${repo} and model = ${model} and status = 'done'
      and starts_with(prompt_version, ${supportPrefix}) = ${judging}`.execute(db);
  return rows[0] as TokensSpent;
}
