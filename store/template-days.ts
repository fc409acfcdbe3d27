/** The days on which templates ran, as trust weighs them. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { TemplateDay } from './usage.ts';

/** Days on or before `asOf`, by fingerprint; templates that did not run are absent. */
export async function readTemplateDays(
  db: Database,
  repo: string,
  asOf: string,
  fingerprints: readonly string[],
): Promise<Map<string, TemplateDay[]>> {
  const { rows } = await sql<TemplateDay>`
    select fingerprint, day, source, runs, failures, users, roles from tablelore.template_day
    where repo = ${repo} and day <= ${asOf}::date and fingerprint = any(${[...fingerprints]}::text[])
    order by fingerprint, day, source`.execute(db);
  return Map.groupBy(rows, (row) => row.fingerprint);
}

/** The first day that any log tells of, on or before the date; null when there is none. */
export async function firstLogDay(db: Database, repo: string, asOf: string): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select min(day) as day from tablelore.template_day where repo = ${repo} and day <= ${asOf}::date`.execute(
    db,
  );
  return rows[0]?.day ?? null;
}
