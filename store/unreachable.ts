/** What searches read and no search can find any more. Cards and their history need none of it. */
import { sql } from 'kysely';
import { joinCardOfSet } from './card-of-set.ts';
import { inTransaction, type Database } from './database.ts';
import { slices } from './json.ts';

/**
 * Drops the texts that were once published and are not now, with their vectors. What the snapshot before the current one had is kept for those who
 * still read it; so is the text of every table's latest card, which a night may be about to publish, and what was made within two days and never
 * published. What snapshots of a week ago and before held goes too. Returns the number of texts. Must not be called in a transaction that others wait for.
 */
export async function dropUnreachable(db: Database): Promise<number> {
  await dropClosedEntries(db);
  const candidates = await sql<{ hash: string }>`
    with found as (
      select e.text_hash from tablelore.search_entry e join tablelore.published p on p.repo = e.repo
      where e.until_snapshot is null or e.until_snapshot = p.snapshot_id
      union
      select v.text_hash from (
        select distinct on (repo, table_id) repo, table_id, set_id from tablelore.pointer
        where stage = 'card' order by repo, table_id, as_of desc
      ) as latest
      join tablelore.claim_set s on s.id = latest.set_id
      ${joinCardOfSet}
    )
    select t.text_hash as hash from tablelore.search_text t
    where not exists (select from found where found.text_hash = t.text_hash)
      and (t.made_at < now() - interval '2 days'
        or exists (select from tablelore.search_entry e where e.text_hash = t.text_hash))`.execute(db);
  let dropped = 0;
  for (const some of slices(
    candidates.rows.map(({ hash }) => hash),
    1_000,
  )) {
    dropped += await inTransaction(db, async (trx) => {
      const { rows } = await sql<{ hash: string }>`
        delete from tablelore.search_text t
        where t.text_hash = any(${[...some]}::text[]) and not exists (
          select from tablelore.search_entry e
          where e.text_hash = t.text_hash and e.until_snapshot is null
        )
        returning t.text_hash as hash`.execute(trx);
      const gone = rows.map(({ hash }) => hash);
      await sql`delete from tablelore.embedding where text_hash = any(${gone}::text[])`.execute(trx);
      return gone.length;
    });
  }
  return dropped;
}

/** Runs that began before an entry was closed still compare with it; none goes on for a week of nights. */
async function dropClosedEntries(db: Database): Promise<void> {
  await sql`
    delete from tablelore.search_entry e
    using tablelore.snapshot closed, tablelore.published p, tablelore.snapshot current
    where closed.id = e.until_snapshot and p.repo = e.repo and current.id = p.snapshot_id
      and closed.as_of < current.as_of - 7`.execute(db);
}
