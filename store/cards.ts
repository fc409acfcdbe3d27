import { sql } from 'kysely';
import { cardTotals } from './card-totals.ts';
import type { Card, Conflict } from '../schema/contracts/card.ts';
import { joinCardOfSet } from './card-of-set.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, packJson, packLike, recordset, toJson, unpack } from './json.ts';
import { holdRepo } from './repos.ts';
import { stateAt } from './state-at.ts';
import { saveTexts } from './texts.ts';

export interface NewCard {
  readonly table: string;
  /** Names the card: `outputHash` of the table's set of stage `card`, so that cards can be found as of a date. */
  readonly hash: string;
  readonly card: Card;
  readonly text: string;
  readonly textHash: string;
}

export interface StoredCard extends Omit<NewCard, 'text'> {
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
  // Their words are indexed before others have to wait.
  await saveTexts(db, cards);
  return inTransaction(db, async (trx) => {
    const versions = new Map<string, number>();
    // Nobody may drop a version meanwhile that one of these becomes the difference from.
    await holdRepo(trx, repo);
    const bases = await wholeVersions(trx, repo, cards.map(({ table }) => table)); // prettier-ignore
    for (const batch of jsonBatches(rowsOf(cards, bases))) {
      const rows = recordset(batch, 'r', '"table" text, hash text, "textHash" text, path text, has text[], conflicts int, stale int, "columnEdges" int, base bigint, body text'); // prettier-ignore
      await sql`
        insert into tablelore.card_version (repo, table_id, hash, text_hash, path, has, conflicts, stale, column_edges, base, body)
        select ${repo}, r."table", r.hash, r."textHash", r.path, r.has, r.conflicts, r.stale, r."columnEdges", r.base, decode(r.body, 'base64')
        from ${rows}
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

interface WholeVersion {
  readonly id: number;
  readonly body: Buffer;
}

/** The latest version of each table that is stored whole; tables without one are absent. */
async function wholeVersions(
  trx: Database,
  repo: string,
  tables: readonly string[],
): Promise<Map<string, WholeVersion>> {
  const { rows } = await sql<WholeVersion & { table: string }>`
    select distinct on (table_id) table_id as "table", id, body from tablelore.card_version
    where repo = ${repo} and table_id = any(${[...tables]}::text[]) and base is null
    order by table_id, id desc`.execute(trx);
  return new Map(rows.map(({ table, ...version }) => [table, version]));
}

/** One row at a time: packed, and forgotten once it is sent. */
function* rowsOf(cards: readonly NewCard[], bases: ReadonlyMap<string, WholeVersion>) {
  for (const { table, hash, card, textHash } of cards) {
    const json = toJson(card);
    const base = bases.get(table);
    const { body, differs } = base ? packLike(json, base.body) : { body: packJson(json), differs: false };
    yield { table, hash, textHash, ...cardTotals(card), base: differs ? base?.id : null, body };
  }
}

/** Cards by table id. `tables` null: all. Tables that have no card there are absent. */
export async function readCards(
  db: Database,
  repo: string,
  tables: readonly string[] | null,
  at: CardsAt,
): Promise<StoredCard[]> {
  const { rows } = await sql<Omit<StoredCard, 'card'> & CardBody>`
    select v.table_id as "table", v.id as version, v.hash, v.text_hash as "textHash", ${cardBody}
    from (${versionsAt(repo, at, tables ?? undefined)}) as at
    join tablelore.card_version v on v.id = at.version ${joinBase}
    order by v.table_id`.execute(db);
  return rows.map(({ body, base, ...row }) => ({ ...row, card: readCard({ body, base }) }));
}

/** The same without cards: what publishing compares. `tables`: only these. */
export async function readCardVersions(
  db: Database,
  repo: string,
  at: CardsAt,
  tables?: readonly string[],
): Promise<{ table: string; version: number; textHash: string }[]> {
  const { rows } = await sql<{ table: string; version: number; textHash: string }>`
    select v.table_id as "table", v.id as version, v.text_hash as "textHash"
    from (${versionsAt(repo, at, tables)}) as at join tablelore.card_version v on v.id = at.version
    order by v.table_id`.execute(db);
  return rows;
}

/** What origins disagree about on the cards of some tables, as of the end of a night. */
export async function readConflicts(
  db: Database,
  repo: string,
  asOf: string,
  tables: readonly string[],
): Promise<Conflict[]> {
  const { rows } = await sql<CardBody>`
    with at as materialized (${versionsAt(repo, { asOf }, tables)})
    select ${cardBody} from at
    join tablelore.card_version v on v.id = at.version and v.conflicts > 0 ${joinBase}`.execute(db);
  return rows.flatMap((row) => readCard(row).conflicts);
}

/** A card as it is stored, with the version that it is the difference from. */
export interface CardBody {
  readonly body: Buffer;
  readonly base: Buffer | null;
}

/** SQL: what `readCard` needs of version `v`. */
export const cardBody = sql`v.body, whole.body as base`;
export const joinBase = sql`left join tablelore.card_version whole on whole.id = v.base`;

export const readCard = ({ body, base }: CardBody): Card => unpack(body, base) as Card;

function versionsAt(repo: string, at: CardsAt, tables?: readonly string[]) {
  if ('snapshot' in at) {
    return sql`
      select version from tablelore.search_entry
      where repo = ${repo} and kind = 'card' and from_snapshot <= ${at.snapshot}
        and (until_snapshot is null or until_snapshot > ${at.snapshot})
        ${tables ? sql`and ref = any(${[...tables]}::text[])` : sql``}`;
  }
  return sql`
    select v.id as version
    from (${stateAt(repo, at.asOf, { stages: ['card'], tables })}) as state
    join tablelore.claim_set s on s.id = state.set_id
    ${joinCardOfSet}`;
}
