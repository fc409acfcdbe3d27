import { sql } from 'kysely';
import type { Card } from '../schema/contracts/card.ts';
import { joinCardOfSet } from './card-of-set.ts';
import { cardBody, joinBase, readCard, type CardBody } from './cards.ts';
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
  const { rows } = await sql<CardBody & { table: string }>`
    select v.table_id as "table", ${cardBody}
    from unnest(${names.map(({ table }) => table)}::text[], ${names.map(({ hash }) => hash)}::text[]) as n("table", hash)
    join tablelore.card_version v on v.repo = ${repo} and v.table_id = n."table" and v.hash = n.hash ${joinBase}`.execute(
    db,
  );
  return new Map(rows.map(({ table, ...stored }) => [table, readCard(stored)]));
}

/** Cards by the ids of their sets of stage `card`; ids of other sets are absent. */
export async function readCardsOfSets(db: Database, setIds: readonly number[]): Promise<Map<number, Card>> {
  const { rows } = await sql<CardBody & { setId: number }>`
    select s.id as "setId", ${cardBody}
    from tablelore.claim_set s
    ${joinCardOfSet} ${joinBase}
    where s.id = any(${[...setIds]}::bigint[]) and s.stage = 'card'`.execute(db);
  return new Map(rows.map(({ setId, ...stored }) => [setId, readCard(stored)]));
}
