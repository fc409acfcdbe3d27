import { sql } from 'kysely';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset, toJson } from './json.ts';
import { holdRepo } from './repos.ts';

/** A query log as it was read. `path` names it; `hash` is of its content, then of how it was read. */
export interface LogFile {
  readonly path: string;
  readonly hash: string;
  /** ISO dates of the first and last entry; null when no line could be read. */
  readonly dayFrom: string | null;
  readonly dayTo: string | null;
  readonly lines: number;
  readonly badLines: number;
  /** Of the first lines that could not be read; a last one counts the rest. */
  readonly problems: readonly Diagnostic[];
}

/** One template's runs from one source on one day in one log. */
export interface TemplateDay {
  readonly fingerprint: string;
  /** ISO date. */
  readonly day: string;
  readonly source: string;
  readonly runs: number;
  readonly failures: number;
  /** Keys that stand for people, each once; never names. */
  readonly users: readonly string[];
  /** Role → runs. */
  readonly roles: Readonly<Record<string, number>>;
}

/** Log files that are read already, by that hash: under another path it is the same log. */
export async function findLogFiles(db: Database, repo: string): Promise<Map<string, LogFile>> {
  const rows = await db
    .selectFrom('tablelore.log_file')
    .select([
      'path',
      'hash',
      'day_from as dayFrom',
      'day_to as dayTo',
      'lines',
      'bad_lines as badLines',
      'problems',
    ])
    .where('repo', '=', repo)
    .execute();
  return new Map(rows.map((row) => [row.hash, row]));
}

/**
 * Stores what a log says, in one transaction. A file that changed replaces what it said before; a file whose content another path had brought
 * already counts once.
 */
export async function ingestLogFile(
  db: Database,
  repo: string,
  file: LogFile,
  templates: readonly { readonly fingerprint: string; readonly sql: string }[],
  days: readonly TemplateDay[],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    const known = await trx
      .selectFrom('tablelore.log_file')
      .select(['id', 'hash'])
      .where('repo', '=', repo)
      .where((row) => row.or([row('hash', '=', file.hash), row('path', '=', file.path)]))
      .execute();
    if (known.some((other) => other.hash === file.hash)) return;
    for (const { id } of known) await trx.deleteFrom('tablelore.log_file').where('id', '=', id).execute();
    const { id } = await trx
      .insertInto('tablelore.log_file')
      .values({
        repo,
        path: file.path,
        hash: file.hash,
        day_from: file.dayFrom,
        day_to: file.dayTo,
        lines: file.lines,
        bad_lines: file.badLines,
        problems: sql`${toJson(file.problems)}::jsonb`,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const batch of jsonBatches(templates)) {
      await sql`
        insert into tablelore.query_template (repo, fingerprint, sql)
        select ${repo}, r.fingerprint, r.sql from ${recordset(batch, 'r', 'fingerprint text, sql text')}
        order by r.fingerprint
        on conflict do nothing`.execute(trx);
    }
    for (const batch of jsonBatches(days)) {
      await sql`
        insert into tablelore.template_day (repo, fingerprint, day, source, log_file, runs, failures, users, roles)
        select ${repo}, r.fingerprint, r.day, r.source, ${id}, r.runs, r.failures, r.users, r.roles
        from ${recordset(batch, 'r', 'fingerprint text, day date, source text, runs int, failures int, users text[], roles jsonb')}`.execute(
        trx,
      );
    }
  });
}

/**
 * Takes a person's key out of the usage of a repository; their runs still count, as those of `erased`. Returns the number of rows changed. Logs that
 * still name the person must be mended too, or the next change of such a file brings the key back.
 */
export async function eraseUser(db: Database, repo: string, user: string): Promise<number> {
  const { rows } = await sql`
    update tablelore.template_day
    set users = (select array_agg(distinct case person when ${user} then 'erased' else person end) from unnest(users) as person)
    where repo = ${repo} and ${user} = any(users) returning 1`.execute(db);
  return rows.length;
}
