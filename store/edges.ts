/** Edges between tables, from the `upstream` claims that hold. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { stateAt } from './state-at.ts';

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
  const query = to === undefined ? sql`
    select distinct s.table_id as "table", u.upstream
    from (${listsThatHold(repo, asOf)}) as s cross join lateral unnest(s.upstream) as u(upstream)
    order by 1, 2` : sql`
    select distinct s.table_id as "table", u.upstream
    from tablelore.claim_list l
    join tablelore.claim_set s on s.claim_list = l.hash and s.repo = ${repo} and s.stage = any(${stages}::text[])
    cross join lateral (
      select p.set_id from tablelore.pointer p
      where p.repo = s.repo and p.table_id = s.table_id and p.stage = s.stage and p.as_of <= ${asOf}
      order by p.as_of desc limit 1
    ) as state
    cross join lateral unnest(l.upstream) as u(upstream)
    where l.upstream <> '{}' and l.upstream && ${[...to]}::text[] and state.set_id = s.id and u.upstream = any(${[...to]}::text[])
    order by 1, 2`; // prettier-ignore
  return (await query.execute(db)).rows as Edge[];
}

/** How many of them there are. */
export async function countEdges(db: Database, repo: string, asOf: string): Promise<number> {
  const { rows } = await sql<{ edges: number }>`
    select count(distinct (s.table_id, u.upstream))::int as edges
    from (${listsThatHold(repo, asOf)}) as s cross join lateral unnest(s.upstream) as u(upstream)`.execute(
    db,
  );
  return rows[0]?.edges ?? 0;
}

export interface LabelledEdge extends Edge {
  /** `reads`, `merges`, `copies` or `orders_after`; the first of these that any claim says. */
  readonly kind: string;
}

/** The same edges, each with how its table is read. */
export async function labelledEdges(db: Database, repo: string, asOf: string): Promise<LabelledEdge[]> {
  const { rows } = await sql<LabelledEdge>`
    select distinct on (1, 2) s.table_id as "table", u.upstream, u.kind
    from (${listsThatHold(repo, asOf)}) as s
    cross join lateral unnest(s.upstream, s.upstream_kinds) as u(upstream, kind)
    order by 1, 2, array_position(array['reads', 'merges', 'copies', 'orders_after'], u.kind)`.execute(db);
  return rows;
}

const stages = ['link', 'annotate', 'infer'] as const;

/** Lists with upstream claims that a table points at. */
const listsThatHold = (repo: string, asOf: string) => sql`
  select s.table_id, l.upstream, l.upstream_kinds
  from (${stateAt(repo, asOf, { stages })}) as state
  join tablelore.claim_set s on s.id = state.set_id
  join tablelore.claim_list l on l.hash = s.claim_list and l.upstream <> '{}'`;
