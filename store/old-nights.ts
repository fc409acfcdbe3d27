/** Nights that nobody asks for any more. */
import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { slices } from './json.ts';
import { lastNight } from './nights.ts';
import { holdRepo } from './repos.ts';

export interface DroppedNights {
  /** The oldest night that can still be read (ISO date); null: no night is as old as that, nothing was dropped. */
  readonly oldest: string | null;
  readonly nights: number;
  readonly sets: number;
  readonly cards: number;
}

/**
 * Drops what only nights before the last one on or before a date (ISO) say: that night and all later ones read as before. Usage, the model's answers
 * and reports of runs stay. Whoever writes the repository's history waits meanwhile. Must not be called in a transaction.
 */
export async function dropNights(db: Database, repo: string, before: string): Promise<DroppedNights> {
  return inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    const oldest = (await lastNight(trx, repo, before))?.asOf ?? null;
    if (oldest === null) return { oldest, nights: 0, sets: 0, cards: 0 };
    // Its commit stays: notes of people may have been written at it.
    const { numUpdatedRows } = await trx
      .updateTable('tablelore.night')
      .set({ night_hash: null })
      .where('repo', '=', repo)
      .where('as_of', '<', oldest)
      .where('night_hash', 'is not', null)
      .executeTakeFirst();
    const { sets, cards } = await dropSets(trx, repo, await dropPointers(trx, repo, oldest));
    return { oldest, nights: Number(numUpdatedRows), sets, cards };
  });
}

/** Leaves the last state up to the oldest night; returns the sets that others pointed at. */
async function dropPointers(trx: Database, repo: string, oldest: string): Promise<number[]> {
  const { rows } = await sql<{ set: number }>`
    with dropped as (
      delete from tablelore.pointer p using (
        select table_id, stage, max(as_of) as as_of from tablelore.pointer
        where repo = ${repo} and as_of <= ${oldest} group by 1, 2
      ) as last
      where p.repo = ${repo} and p.table_id = last.table_id and p.stage = last.stage and p.as_of < last.as_of
      returning p.set_id
    )
    select distinct set_id as "set" from dropped where set_id is not null order by 1`.execute(trx);
  return rows.map((row) => row.set);
}

/** Drops those of the sets that nothing points at, with lists of claims and versions of cards that no other set has. */
async function dropSets(
  trx: Database,
  repo: string,
  sets: readonly number[],
): Promise<{ sets: number; cards: number }> {
  let dropped = 0;
  for (const some of slices(sets)) {
    const { rows } = await sql<{ list: string }>`
      delete from tablelore.claim_set s
      where s.id = any(${[...some]}::bigint[])
        and not exists (select from tablelore.pointer p where p.set_id = s.id)
        and not exists (
          select from tablelore.search_entry e where e.repo = s.repo and e.kind = 'query' and e.version = s.id)
      returning s.claim_list as list`.execute(trx);
    dropped += rows.length;
    await sql`
      delete from tablelore.claim_list l
      where l.hash = any(${[...new Set(rows.map(({ list }) => list))]}::text[])
        and not exists (select from tablelore.claim_set s where s.claim_list = l.hash)`.execute(trx);
  }
  // A version that others are the difference from goes with the next call, after them.
  const { numAffectedRows } = await sql`
    delete from tablelore.card_version v
    where v.repo = ${repo}
      and not exists (
        select from tablelore.claim_set s
        where s.repo = v.repo and s.table_id = v.table_id and s.stage = 'card' and s.output_hash = v.hash)
      and not exists (
        select from tablelore.card_version other
        where other.repo = v.repo and other.table_id = v.table_id and other.base = v.id)
      and not exists (
        select from tablelore.search_entry e where e.repo = v.repo and e.kind = 'card' and e.version = v.id)`.execute(
    trx,
  );
  return { sets: dropped, cards: Number(numAffectedRows ?? 0) };
}
