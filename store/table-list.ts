import { sql } from 'kysely';
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
    with state as (${stateAt(repo, asOf, { stages: ['link', 'card'] })})
    select l.table_id as "table", v.path
    from state l
    left join state c on c.table_id = l.table_id and c.stage = 'card'
    left join tablelore.claim_set s on s.id = c.set_id
    left join tablelore.card_version v on v.repo = ${repo} and v.table_id = c.table_id and v.hash = s.output_hash
    where l.stage = 'link' and l.set_id is not null
    order by l.table_id`.execute(db);
  return rows;
}
