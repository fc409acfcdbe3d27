import { sql } from 'kysely';
import type { SetStage } from '../schema/contracts/stages.ts';
import type { Database } from './database.ts';

/** ISO date of the last night up to `asOf` in which a table's set of the stage changed, by table; a table that never had one is absent. */
export async function setSince(
  db: Database,
  repo: string,
  asOf: string,
  stage: SetStage,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ table: string; since: string }>`
    select table_id as "table", max(as_of)::text as since from tablelore.pointer
    where repo = ${repo} and stage = ${stage} and as_of <= ${asOf} group by table_id`.execute(db);
  return new Map(rows.map(({ table, since }) => [table, since]));
}
