/** Edges between tables, from the `upstream` claims that hold. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface Edge {
  readonly table: string;
  readonly upstream: string;
}

/** Edges as of the end of the night of `asOf`, each once, ordered. `to`: only those that read these tables. */
export async function currentEdges(
  db: Database,
  repo: string,
  asOf: string,
  to?: readonly string[],
): Promise<Edge[]> {
  const only = to ? [...to] : null;
  const { rows } = await sql<Edge>`
    with state as (
      select distinct on (table_id, stage) set_id from tablelore.pointer
      where repo = ${repo} and as_of <= ${asOf} and stage in ('link', 'annotate', 'infer')
      order by table_id, stage, as_of desc
    )
    select distinct c.table_id as "table", c.value->>'table' as upstream
    from state join tablelore.claim_set s on s.id = state.set_id
    cross join lateral unnest(s.claims) as u(id) join tablelore.claim c on c.id = u.id
    where c.field = 'upstream' and (${only}::text[] is null or c.value->>'table' = any(${only}::text[]))
    order by 1, 2`.execute(db);
  return rows;
}

export interface LabelledEdge extends Edge {
  /** `reads`, `merges`, `copies` or `orders_after`; the first of these that any claim says. */
  readonly kind: string;
}

/** The same edges, each with how its table is read. */
export async function labelledEdges(db: Database, repo: string, asOf: string): Promise<LabelledEdge[]> {
  const { rows } = await sql<LabelledEdge>`
    with state as (
      select distinct on (table_id, stage) set_id from tablelore.pointer
      where repo = ${repo} and as_of <= ${asOf} and stage in ('link', 'annotate', 'infer')
      order by table_id, stage, as_of desc
    )
    select distinct on (1, 2) c.table_id as "table", c.value->>'table' as upstream,
      coalesce(c.value->>'kind', 'reads') as kind
    from state join tablelore.claim_set s on s.id = state.set_id
    cross join lateral unnest(s.claims) as u(id) join tablelore.claim c on c.id = u.id
    where c.field = 'upstream'
    order by 1, 2, array_position(array['reads', 'merges', 'copies', 'orders_after'], coalesce(c.value->>'kind', 'reads'))`.execute(
    db,
  );
  return rows;
}
