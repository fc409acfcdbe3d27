/** The sets that tables point at, with the hashes of what they were made from and of what they say. */
import { sql } from 'kysely';
import type { SetStage } from '../schema/contracts/stages.ts';
import type { Database } from './database.ts';
import { stateAt } from './state-at.ts';

export interface PointedSet {
  readonly setId: number;
  readonly inputHash: string;
  readonly outputHash: string;
}

/** By table, sorted by its name, as of the end of the night of `asOf`; retired tables are absent. `tables`: only these. */
export async function pointedSets(
  db: Database,
  repo: string,
  asOf: string,
  stage: SetStage,
  tables?: readonly string[],
): Promise<Map<string, PointedSet>> {
  const { rows } = await sql<PointedSet & { table: string }>`
    select p.table_id as "table", s.id as "setId", s.input_hash as "inputHash", s.output_hash as "outputHash"
    from (${stateAt(repo, asOf, { stages: [stage], tables })}) as p join tablelore.claim_set s on s.id = p.set_id`.execute(
    db,
  );
  // What is gathered from all tables cites the first of several: that must not change with the order in which a server happens to find rows.
  rows.sort((a, b) => (a.table < b.table ? -1 : 1));
  return new Map(rows.map(({ table, ...set }) => [table, set]));
}

/** Tables that had state of stage `link` before and have none as of the date. */
export async function retiredTables(db: Database, repo: string, asOf: string): Promise<Set<string>> {
  const { rows } = await sql<{ table: string }>`
    select table_id as "table" from (${stateAt(repo, asOf, { stages: ['link'] })}) as p
    where set_id is null`.execute(db);
  return new Set(rows.map((row) => row.table));
}
