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
      coalesce(sum(p.input_tokens), 0) as input, coalesce(sum(p.cached_input_tokens), 0) as "cachedInput",
      coalesce(sum(p.output_tokens), 0) as output
    from tablelore.model_call c join tablelore.model_payment p on p.call = c.id
    where repo = ${repo} and model = ${model} and status = 'done'
      and starts_with(prompt_version, ${supportPrefix}) = ${judging}`.execute(db);
  return rows[0] as TokensSpent;
}

/** What calls may be summed up by. */
export const spendGroups = ['month', 'run', 'table'] as const;
export type SpendGroup = (typeof spendGroups)[number];

export interface SpendRow {
  /** `2026-10`, a run, or a table. */
  readonly name: string;
  readonly model: string;
  /** However often each was begun. */
  readonly calls: number;
  readonly input: number;
  /** Part of the input. */
  readonly cachedInput: number;
  readonly output: number;
  /** Part of the output; of calls that broke off it is not known. */
  readonly reasoning: number;
  /** Null: no call has a price. */
  readonly costUsd: number | null;
}

const nameOf = {
  month: sql`to_char(p.at at time zone 'UTC', 'YYYY-MM')`,
  run: sql`p.run`,
  table: sql`c.table_id`,
} as const;

/** The calls of a repository, with those of judges and those that broke off, by model: the latest months and runs first, the tables that took most first. */
export async function modelSpendBy(db: Database, repo: string, by: SpendGroup): Promise<SpendRow[]> {
  const { rows } = await sql<SpendRow>`
    select ${nameOf[by]} as name, c.model, count(distinct p.call) as calls,
      sum(p.input_tokens) as input, sum(p.cached_input_tokens) as "cachedInput", sum(p.output_tokens) as output,
      coalesce(sum((c.response -> 'usage' ->> 'reasoning')::bigint) filter (where c.status = 'done' and c.claim = p.id), 0) as reasoning,
      sum(p.cost_usd) as "costUsd"
    from tablelore.model_payment p join tablelore.model_call c on c.id = p.call where c.repo = ${repo} group by 1, 2
    order by ${by === 'table' ? sql`sum(coalesce(p.cost_usd, 0)) desc, sum(p.input_tokens + p.output_tokens) desc` : sql`max(p.at) desc`}, 1, 2`.execute(
    db,
  );
  return rows;
}
