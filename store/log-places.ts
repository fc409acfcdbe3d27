/** Where the content of query logs lies by now: programs that write logs rename them. */
import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { holdRepo } from './repos.ts';

export interface FoundLog {
  readonly path: string;
  /** As `LogFile` has it: what it holds, and after a dot how it is read. */
  readonly hash: string;
}

interface Row extends FoundLog {
  readonly id: number;
}

/** What becomes of a stored log. `path` null: it is dropped, because its file holds now what another one had brought. */
interface Move {
  readonly id: number;
  readonly path: string | null;
}

/**
 * Gives stored logs the paths under which their content lies now. What is gone counts on, also where a renamed log took its path; a file that was changed is
 * replaced when it is read.
 */
export async function placeLogs(db: Database, repo: string, found: readonly FoundLog[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    const rows = await trx
      .selectFrom('tablelore.log_file')
      .select(['id', 'path', 'hash'])
      .where('repo', '=', repo)
      .orderBy('id')
      .execute();
    const moves = movesOf(rows, found);
    const ids = moves.map(({ id }) => id);
    if (ids.length === 0) return;
    // A path is free only once the log that had it is elsewhere.
    await sql`update tablelore.log_file set path = path || ' ' || id where id = any(${ids}::bigint[])`.execute(trx); // prettier-ignore
    for (const { id, path } of moves)
      await (path === null
        ? trx.deleteFrom('tablelore.log_file').where('id', '=', id).execute()
        : trx.updateTable('tablelore.log_file').set({ path }).where('id', '=', id).execute());
  });
}

/** Pure. */
export function movesOf(rows: readonly Row[], found: readonly FoundLog[]): Move[] {
  const contentAt = new Map(found.map((log) => [log.path, contentOf(log)]));
  const stays = (row: Row) => contentAt.get(row.path) === contentOf(row);
  const held = new Set(rows.filter(stays).map(contentOf));
  const taken = new Set<string>();
  const moves: Move[] = [];
  for (const row of rows.filter((row) => !stays(row))) {
    const content = contentOf(row);
    const path = held.has(content) ? undefined : found.find((one) => contentOf(one) === content)?.path;
    if (path === undefined) continue;
    held.add(content);
    taken.add(path);
    moves.push({ id: row.id, path });
  }
  const moved = new Set(moves.map(({ id }) => id));
  for (const { id, path, hash } of rows.filter((row) => !stays(row) && !moved.has(row.id))) {
    const now = contentAt.get(path);
    if (taken.has(path)) moves.push({ id, path: `${path} until ${hash.slice(0, 12)}` });
    else if (now !== undefined && held.has(now)) moves.push({ id, path: null });
  }
  return moves;
}

/** Logs that are read otherwise than before still hold what they held. */
const contentOf = ({ hash }: Pick<FoundLog, 'hash'>): string => hash.replace(/\..*$/, '');
