import { sql } from 'kysely';
import type { Card } from '../schema/contracts/card.ts';
import type { Database } from './database.ts';

/** Names one version of a table's card: `hash` is the `outputHash` of the table's set of stage `card`. */
export interface CardName {
  readonly table: string;
  readonly hash: string;
}

/** Cards by table, in the order of the names; one that is not stored is absent. For some hundred names at once. */
export async function readNamedCards(
  db: Database,
  repo: string,
  names: readonly CardName[],
): Promise<Map<string, Card>> {
  const { rows } = await sql<{ table: string; card: Card }>`
    select v.table_id as "table", v.card
    from unnest(${names.map(({ table }) => table)}::text[], ${names.map(({ hash }) => hash)}::text[]) as n("table", hash)
    join tablelore.card_version v on v.repo = ${repo} and v.table_id = n."table" and v.hash = n.hash`.execute(
    db,
  );
  return new Map(rows.map(({ table, card }) => [table, card]));
}
