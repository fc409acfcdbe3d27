import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';

/** `until`: ISO 8601, when it ends unless it is renewed. */
export type LeaseResult =
  | { readonly taken: true; readonly until: string }
  | { readonly taken: false; readonly holder: string; readonly until: string };

/**
 * Takes the lease on one night of a repository, for `seconds` by the database's clock, unless another holder has it. Its own holder may take it again,
 * which renews it; one that ran out may be taken by anyone.
 */
export async function takeLease(
  db: Database,
  repo: string,
  asOf: string,
  holder: string,
  seconds: number,
): Promise<LeaseResult> {
  return inTransaction(db, async (trx) => {
    const taken = await sql<{ until: string }>`
      insert into tablelore.lease as l (repo, as_of, holder, expires_at)
      values (${repo}, ${asOf}, ${holder}, clock_timestamp() + make_interval(secs => ${seconds}))
      on conflict (repo, as_of) do update set holder = excluded.holder, expires_at = excluded.expires_at
      where l.holder = excluded.holder or l.expires_at <= clock_timestamp()
      returning expires_at as until`.execute(trx);
    if (taken.rows[0]) return { taken: true, until: taken.rows[0].until };
    const held = await trx
      .selectFrom('tablelore.lease')
      .select(['holder', 'expires_at as until'])
      .where('repo', '=', repo)
      .where('as_of', '=', asOf)
      .executeTakeFirst();
    return { taken: false, holder: held?.holder ?? '', until: held?.until ?? new Date().toISOString() };
  });
}

/** Prolongs a lease. False: it is another's now, or nobody's, and the work under it must stop. */
export async function renewLease(
  db: Database,
  repo: string,
  asOf: string,
  holder: string,
  seconds: number,
): Promise<boolean> {
  const { rows } = await sql`
    update tablelore.lease set expires_at = clock_timestamp() + make_interval(secs => ${seconds})
    where repo = ${repo} and as_of = ${asOf} and holder = ${holder} returning 1`.execute(db);
  return rows.length > 0;
}

/** Gives a lease back. One that is another's by now is left alone. */
export async function releaseLease(db: Database, repo: string, asOf: string, holder: string): Promise<void> {
  await db
    .deleteFrom('tablelore.lease')
    .where('repo', '=', repo)
    .where('as_of', '=', asOf)
    .where('holder', '=', holder)
    .execute();
}

/** Leases of a repository that have not run out. */
export async function liveLeases(
  db: Database,
  repo: string,
): Promise<{ asOf: string; holder: string; until: string }[]> {
  return db
    .selectFrom('tablelore.lease')
    .select(['as_of as asOf', 'holder', 'expires_at as until'])
    .where('repo', '=', repo)
    .where('expires_at', '>', sql<string>`clock_timestamp()`)
    .orderBy('as_of')
    .execute();
}
