import { sql } from 'kysely';
import type { Database } from './database.ts';

/** The whole night that ended well last, whether or not it had something to publish; null: none did. History does not count. */
export async function lastGoodNight(
  db: Database,
  repo: string,
): Promise<{ asOf: string; endedAt: string } | null> {
  const { rows } = await sql<{ asOf: string; endedAt: string }>`
    select n.as_of as "asOf", r.ended_at as "endedAt"
    from tablelore.night n join tablelore.run r on r.id = n.run
    where n.repo = ${repo} and n.published and r.ended_at is not null
    order by r.ended_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}
