/** Figures of a run's report, counted where the rows are. */
import { sql } from 'kysely';
import { joinCardOfSet } from './card-of-set.ts';
import type { Database } from './database.ts';
import { slices } from './json.ts';
import { stateAt } from './state-at.ts';

export interface StatementTotals {
  readonly total: number;
  readonly parsed: number;
  readonly opaque: number;
  readonly failed: number;
}

/** Statements of the facts with these keys. */
export async function countStatements(db: Database, keys: readonly string[]): Promise<StatementTotals> {
  const totals = { total: 0, parsed: 0, opaque: 0, failed: 0 };
  for (const some of slices(keys)) {
    const { rows } = await sql<StatementTotals>`
      select coalesce(sum((summary->'statements'->>'total')::int), 0)::int as total,
        coalesce(sum((summary->'statements'->>'parsed')::int), 0)::int as parsed,
        coalesce(sum((summary->'statements'->>'opaque')::int), 0)::int as opaque,
        coalesce(sum((summary->'statements'->>'failed')::int), 0)::int as failed
      from tablelore.facts where key = any(${[...some]}::text[])`.execute(db);
    const row = rows[0];
    if (!row) continue;
    for (const name of ['total', 'parsed', 'opaque', 'failed'] as const) totals[name] += row[name];
  }
  return totals;
}

export interface CardTotals {
  readonly cards: number;
  readonly built: number;
  readonly conflicts: number;
  readonly stale: number;
  readonly columnEdges: number;
  /** Of the built ones, those that say something of it. */
  readonly withColumns: number;
  readonly withUpstream: number;
  readonly withKey: number;
  readonly withJoins: number;
  readonly withLineage: number;
  readonly withFreshness: number;
  readonly withOwner: number;
  readonly withPurpose: number;
  /** Of all, those that the query logs show. */
  readonly withUse: number;
}

/** What a card may have, by the name of its count. */
const parts = {
  withColumns: 'columns',
  withUpstream: 'upstream',
  withKey: 'key',
  withJoins: 'joins',
  withLineage: 'lineage',
  withFreshness: 'freshness',
  withOwner: 'owner',
  withPurpose: 'purpose',
};

/** Totals over the cards as of the end of the night of `asOf`. */
export async function countCards(db: Database, repo: string, asOf: string): Promise<CardTotals> {
  const { rows } = await sql<CardTotals>`
    with state as (${stateAt(repo, asOf, { stages: ['card'] })})
    select count(*)::int as cards,
      count(*) filter (where built)::int as built,
      ${sql.join(Object.entries(parts).map(([name, part]) => sql`count(*) filter (where built and ${part} = any(v.has))::int as ${sql.ref(name)}`))},
      count(*) filter (where 'use' = any(v.has))::int as "withUse",
      coalesce(sum(v.conflicts), 0)::int as conflicts,
      coalesce(sum(v.stale), 0)::int as stale,
      coalesce(sum(v.column_edges), 0)::int as "columnEdges"
    from state
    join tablelore.claim_set s on s.id = state.set_id
    ${joinCardOfSet}
    cross join lateral (select v.path is not null as built) as made`.execute(db); // prettier-ignore
  return rows[0] as CardTotals;
}
