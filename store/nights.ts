import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface Night {
  readonly asOf: string;
  readonly run: string;
  readonly commit: string;
  /** Names everything that the night read. */
  readonly nightHash: string;
  /** False: it became history only. */
  readonly published: boolean;
  /** Names all that tables pointed at when it ended, and the rules that cards were made by; null: not known. */
  readonly stateHash: string | null;
}

/** Records that a whole night is done. Doing it again replaces the record. */
export async function recordNight(db: Database, repo: string, night: Night): Promise<void> {
  const values = {
    run: night.run,
    commit: night.commit,
    night_hash: night.nightHash,
    published: night.published,
    state_hash: night.stateHash,
  };
  await db
    .insertInto('tablelore.night')
    .values({ repo, as_of: night.asOf, ...values })
    .onConflict((on) => on.columns(['repo', 'as_of']).doUpdateSet(values))
    .execute();
}

/** The last whole night on or before a date; null when there is none. Dates that only single tables were written for do not count. */
export async function lastNight(db: Database, repo: string, asOf: string): Promise<Night | null> {
  const row = await db
    .selectFrom('tablelore.night')
    .select([
      'as_of as asOf',
      'run',
      'commit',
      'night_hash as nightHash',
      'published',
      'state_hash as stateHash',
    ])
    .where('repo', '=', repo)
    .where('as_of', '<=', asOf)
    .where('night_hash', 'is not', null)
    .orderBy('as_of', 'desc')
    .limit(1)
    .$narrowType<{ run: string; commit: string; nightHash: string }>()
    .executeTakeFirst();
  return row ?? null;
}

/** The nights that are no longer readable: `keepDays` or `gc` dropped what only they said. */
export async function droppedNights(db: Database): Promise<{ repo: string; asOf: string }[]> {
  return (
    db
      .selectFrom('tablelore.night')
      .select(['repo', 'as_of as asOf'])
      .where('night_hash', 'is', null)
      // Dates that only single tables were written for have no commit.
      .where('commit', 'is not', null)
      .execute()
  );
}

/** The commit of the last night at which a table pointed at each of these claims. Claims that no table ever pointed at are absent. */
export async function commitsOfClaims(
  db: Database,
  repo: string,
  claims: readonly { readonly id: string; readonly table: string }[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; commit: string }>`
    with wanted as (
      select c.id::uuid as id, c."table"
      from unnest(${claims.map(({ id }) => id)}::text[], ${claims.map(({ table }) => table)}::text[]) as c(id, "table")
    ), last as (
      select w.id, max(p.as_of) as as_of
      from wanted w
      join tablelore.pointer p on p.repo = ${repo} and p.table_id = w."table"
      join tablelore.claim_set s on s.id = p.set_id
      join tablelore.claim_list l on l.hash = s.claim_list and w.id = any(l.ids)
      group by w.id
    )
    select replace(last.id::text, '-', '') as id, n.commit
    from last cross join lateral (
      select commit from tablelore.night
      where repo = ${repo} and as_of <= last.as_of and commit is not null
      order by as_of desc limit 1
    ) as n`.execute(db);
  return new Map(rows.map((row) => [row.id, row.commit]));
}
