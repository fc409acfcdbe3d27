import { sql } from 'kysely';
import type { Card } from '../schema/contracts/card.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset } from './json.ts';
import { saveTexts } from './texts.ts';

export interface NewCard {
  readonly table: string;
  /** Names the card: `outputHash` of the table's set of stage `card`, so that cards can be found as of a date. */
  readonly hash: string;
  readonly card: Card;
  readonly text: string;
  readonly textHash: string;
}

export interface StoredCard extends NewCard {
  /** Id of the card version. */
  readonly version: number;
}

/** Which cards: those of a published snapshot, or those that stood at the end of the night of a date. */
export type CardsAt = { readonly snapshot: number } | { readonly asOf: string };

/** Stores card versions and their texts; a version that is there already stays. Returns table → id of its version. */
export async function saveCards(
  db: Database,
  repo: string,
  cards: readonly NewCard[],
): Promise<Map<string, number>> {
  return inTransaction(db, async (trx) => {
    const versions = new Map<string, number>();
    await saveTexts(trx, cards);
    for (const batch of jsonBatches(cards.map(({ text: _text, ...card }) => card))) {
      const rows = recordset(batch, 'r', '"table" text, hash text, card jsonb, "textHash" text');
      await sql`
        insert into tablelore.card_version (repo, table_id, hash, card, text_hash)
        select ${repo}, r."table", r.hash, r.card, r."textHash" from ${rows}
        order by r."table"
        on conflict do nothing`.execute(trx);
      const stored = await sql<{ table: string; version: number }>`
        select v.table_id as "table", v.id as version
        from ${rows} join tablelore.card_version v
          on v.repo = ${repo} and v.table_id = r."table" and v.hash = r.hash`.execute(trx);
      for (const row of stored.rows) versions.set(row.table, row.version);
    }
    return versions;
  });
}

/** Cards by table id. `tables` null: all. Tables that have no card there are absent. */
export async function readCards(
  db: Database,
  repo: string,
  tables: readonly string[] | null,
  at: CardsAt,
): Promise<StoredCard[]> {
  const wanted = tables === null ? null : [...tables];
  const { rows } = await sql<StoredCard>`
    select v.table_id as "table", v.id as version, v.hash, v.card, v.text_hash as "textHash", t.text
    from (${versionsAt(repo, at)}) as at
    join tablelore.card_version v on v.id = at.version
    join tablelore.search_text t on t.text_hash = v.text_hash
    where ${wanted}::text[] is null or v.table_id = any(${wanted})
    order by v.table_id`.execute(db);
  return rows;
}

/** The same without cards and texts: what publishing compares. */
export async function readCardVersions(
  db: Database,
  repo: string,
  at: CardsAt,
): Promise<{ table: string; version: number; textHash: string }[]> {
  const { rows } = await sql<{ table: string; version: number; textHash: string }>`
    select v.table_id as "table", v.id as version, v.text_hash as "textHash"
    from (${versionsAt(repo, at)}) as at join tablelore.card_version v on v.id = at.version
    order by v.table_id`.execute(db);
  return rows;
}

function versionsAt(repo: string, at: CardsAt) {
  if ('snapshot' in at) {
    return sql`
      select version from tablelore.search_entry
      where repo = ${repo} and kind = 'card' and from_snapshot <= ${at.snapshot}
        and (until_snapshot is null or until_snapshot > ${at.snapshot})`;
  }
  return sql`
    select v.id as version
    from (
      select distinct on (table_id) table_id, set_id from tablelore.pointer
      where repo = ${repo} and stage = 'card' and as_of <= ${at.asOf}
      order by table_id, as_of desc
    ) as state
    join tablelore.claim_set s on s.id = state.set_id
    join tablelore.card_version v on v.repo = s.repo and v.table_id = s.table_id and v.hash = s.output_hash`;
}
