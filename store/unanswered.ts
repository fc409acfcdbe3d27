/** Questions about tables to which the model gave no answer: of each table the last. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { storableText } from './json.ts';

export interface Unanswered {
  readonly table: string;
  /** Names the question, and the limits that it was asked within. */
  readonly inputHash: string;
  /** How often it was asked, from 1. */
  readonly times: number;
  /** The run that asked last, and its ISO date. */
  readonly run: string;
  readonly asOf: string;
  /** Days since then by the clock, to the nearest whole one. */
  readonly daysAgo: number;
}

const columns = sql`table_id as "table", input_hash as "inputHash", times, run, as_of as "asOf",
  round(extract(epoch from clock_timestamp() - asked_at) / 86400)::int as "daysAgo"`;

/** By table. `tables`: only of these. */
export async function readUnanswered(
  db: Database,
  repo: string,
  tables?: readonly string[],
): Promise<Map<string, Unanswered>> {
  const { rows } = await sql<Unanswered>`
    select ${columns} from tablelore.unanswered
    where repo = ${repo} ${tables === undefined ? sql`` : sql`and table_id = any(${[...tables]}::text[])`}`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.table, row]));
}

/** Counts once a run. Another question takes the place of the one before. */
export async function addUnanswered(
  db: Database,
  repo: string,
  { table, inputHash, run, asOf, error }: Omit<Unanswered, 'times' | 'daysAgo'> & { readonly error: string },
): Promise<Unanswered> {
  const { rows } = await sql<Unanswered>`
    insert into tablelore.unanswered as u (repo, table_id, input_hash, times, run, as_of, error)
    values (${repo}, ${table}, ${inputHash}, 1, ${run}, ${asOf}, ${storableText(error)})
    on conflict (repo, table_id) do update set
      times = case when u.input_hash <> excluded.input_hash then 1 when u.run = excluded.run then u.times else u.times + 1 end,
      input_hash = excluded.input_hash, run = excluded.run, as_of = excluded.as_of, error = excluded.error, asked_at = excluded.asked_at
    returning ${columns}`.execute(db);
  return rows[0] as Unanswered;
}

/** The question about a table was answered whose hash begins with `begin`, as it was put on a date: one of a later date still waits. */
export async function dropUnanswered(
  db: Database,
  repo: string,
  { table, begin, asOf }: { readonly table: string; readonly begin: string; readonly asOf: string },
): Promise<void> {
  await sql`delete from tablelore.unanswered
    where repo = ${repo} and table_id = ${table} and (starts_with(input_hash, ${begin}) or as_of <= ${asOf})`.execute(
    db,
  );
}
