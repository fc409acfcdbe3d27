import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface RepoRow {
  readonly name: string;
  /** Without credentials; null when not told. */
  readonly url: string | null;
  readonly ref: string | null;
}

export async function saveRepo(db: Database, repo: RepoRow): Promise<void> {
  await db
    .insertInto('tablelore.repo')
    .values(repo)
    .onConflict((on) => on.column('name').doUpdateSet({ url: repo.url, ref: repo.ref }))
    .execute();
}

/** Makes others that change the repository's history wait until the transaction ends. */
export async function holdRepo(trx: Database, repo: string): Promise<void> {
  await sql`insert into tablelore.repo (name) values (${repo})
    on conflict (name) do update set name = excluded.name`.execute(trx);
}

/** Remembers where the branch stood on a day; the last look of the day counts. */
export async function recordHead(db: Database, repo: string, day: string, sha: string): Promise<void> {
  await db
    .insertInto('tablelore.observed_head')
    .values({ repo, day, sha })
    .onConflict((on) => on.columns(['repo', 'day']).doUpdateSet({ sha }))
    .execute();
}

/** Where the branch stood when it was last looked at that day; null when nobody looked. */
export async function observedHead(db: Database, repo: string, day: string): Promise<string | null> {
  const row = await db
    .selectFrom('tablelore.observed_head')
    .select('sha')
    .where('repo', '=', repo)
    .where('day', '=', day)
    .executeTakeFirst();
  return row?.sha ?? null;
}
