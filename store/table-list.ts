import { sql } from 'kysely';
import { joinCardOfSet } from './card-of-set.ts';
import type { Database } from './database.ts';
import { stateAt } from './state-at.ts';

export interface ListedTable {
  readonly table: string;
  /** The file that builds it; null when none does, or when it has no card yet. */
  readonly path: string | null;
}

/** Tables as of the end of the night of `asOf`, by id; those that live only while a script runs (`#temp.…`) among them. */
export async function listTables(db: Database, repo: string, asOf: string): Promise<ListedTable[]> {
  const { rows } = await sql<ListedTable>`
    select l.table_id as "table", c.path
    from (${stateAt(repo, asOf, { stages: ['link'] })}) as l
    left join (
      select s.table_id, v.path
      from (${stateAt(repo, asOf, { stages: ['card'] })}) as state
      join tablelore.claim_set s on s.id = state.set_id
      ${joinCardOfSet}
    ) as c on c.table_id = l.table_id
    where l.set_id is not null
    order by l.table_id`.execute(db);
  return rows;
}
