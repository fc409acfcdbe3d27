import { sql, type RawBuilder } from 'kysely';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset, toJson } from './json.ts';
import { holdRepo } from './repos.ts';

/** A query log as it was read. `path` names it; `hash` is of its content. */
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

/** One table's use as of a date. `recent` is the 28 days up to and with it, `previous` the 28 before. */
export interface TableUsage {
  readonly table: string;
  readonly recentQueries: number;
  readonly previousQueries: number;
  readonly recentUsers: number;
  readonly recentFailures: number;
  /** Source → queries of the recent days. */
  readonly bySource: Readonly<Record<string, number>>;
  /** ISO date of the last query on or before the as-of date. */
  readonly lastUsed: string;
}

/** Log files that are read already, by the hash of their content: under another path it is the same log. */
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
 * already counts once. Returns the days whose counts changed, which `refreshUsage` will count anew; none when the file was known.
 */
export async function ingestLogFile(
  db: Database,
  repo: string,
  file: LogFile,
  templates: readonly { readonly fingerprint: string; readonly sql: string }[],
  days: readonly TemplateDay[],
): Promise<string[]> {
  return inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    const known = await trx
      .selectFrom('tablelore.log_file')
      .select(['id', 'hash'])
      .where('repo', '=', repo)
      .where((row) => row.or([row('hash', '=', file.hash), row('path', '=', file.path)]))
      .execute();
    if (known.some((other) => other.hash === file.hash)) return [];
    const touched = new Set(days.map((day) => day.day));
    for (const { id } of known) {
      const before = await trx
        .selectFrom('tablelore.template_day')
        .select('day')
        .distinct()
        .where('log_file', '=', id)
        .execute();
      for (const { day } of before) touched.add(day);
      await trx.deleteFrom('tablelore.log_file').where('id', '=', id).execute();
    }
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
    const changed = [...touched].sort();
    await markStale(trx, repo, sql`select unnest(${changed}::date[]) as day`);
    return changed;
  });
}

/** Has days counted anew by the next `refreshUsage`. `days`: a query with a column `day`. */
export async function markStale(trx: Database, repo: string, days: RawBuilder<unknown>): Promise<void> {
  await sql`insert into tablelore.stale_day (repo, day) select distinct ${repo}, day from (${days}) as d
    on conflict do nothing`.execute(trx);
}

/**
 * Counts the use of tables anew on the days since whose last count a log or a template's tables changed, and on `days`. Returns the days counted. The
 * mark goes with the count, so that a process that dies in between loses nothing.
 */
export async function refreshUsage(
  db: Database,
  repo: string,
  days: readonly string[] | 'all' = [],
): Promise<string[]> {
  return inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    const all = sql`select day from tablelore.template_day where repo = ${repo}
      union select day from tablelore.usage_day where repo = ${repo}`;
    await markStale(trx, repo, days === 'all' ? all : sql`select unnest(${[...days]}::date[]) as day`);
    const stale = await trx
      .deleteFrom('tablelore.stale_day')
      .where('repo', '=', repo)
      .returning('day')
      .execute();
    const some = stale.map((row) => row.day).sort();
    await sql`delete from tablelore.usage_day
      where repo = ${repo} and day = any(${some}::date[])`.execute(trx);
    await sql`
      with use as (
        select t.table_id, d.day, d.source, d.runs, d.failures, d.users
        from tablelore.template_day d
        join tablelore.query_template q using (repo, fingerprint)
        cross join lateral (select distinct unnest(q.tables)) as t(table_id)
        where d.repo = ${repo} and d.day = any(${some}::date[])
      ), by_source as (
        select table_id, day, jsonb_object_agg(source, runs) as by_source
        from (select table_id, day, source, sum(runs) as runs from use group by 1, 2, 3) as sums group by 1, 2
      ), people as (
        select table_id, day, count(distinct person) as users from use, unnest(users) as person group by 1, 2
      )
      insert into tablelore.usage_day (repo, table_id, day, queries, users, failures, by_source)
      select ${repo}, u.table_id, u.day, sum(u.runs), coalesce(max(p.users), 0), sum(u.failures), b.by_source
      from use u join by_source b using (table_id, day) left join people p using (table_id, day)
      group by u.table_id, u.day, b.by_source`.execute(trx);
    return some;
  });
}

/** Use of every table that was queried on or before the date, by table id. Counts days up to the date only, whenever their logs came. */
export async function readUsage(db: Database, repo: string, asOf: string): Promise<TableUsage[]> {
  const { rows } = await sql<TableUsage>`
    with days as (
      select *, day > ${asOf}::date - 28 as recent from tablelore.usage_day
      where repo = ${repo} and day <= ${asOf}::date
    ), by_source as (
      select table_id, jsonb_object_agg(source, runs) as by_source from (
        select table_id, source, sum(runs::int) as runs from days, jsonb_each_text(by_source) as s(source, runs)
        where recent group by 1, 2
      ) as sums group by 1
    ), people as (
      select t.table_id, count(distinct person) as users
      from tablelore.template_day d
      join tablelore.query_template q using (repo, fingerprint)
      cross join lateral (select distinct unnest(q.tables)) as t(table_id)
      cross join unnest(d.users) as person
      where d.repo = ${repo} and d.day <= ${asOf}::date and d.day > ${asOf}::date - 28
      group by 1
    )
    select d.table_id as "table",
      coalesce(sum(d.queries) filter (where recent), 0) as "recentQueries",
      coalesce(sum(d.queries) filter (where d.day > ${asOf}::date - 56 and not recent), 0) as "previousQueries",
      coalesce(max(p.users), 0) as "recentUsers",
      coalesce(sum(d.failures) filter (where recent), 0) as "recentFailures",
      coalesce(b.by_source, '{}') as "bySource",
      max(d.day) as "lastUsed"
    from days d left join by_source b using (table_id) left join people p using (table_id)
    group by d.table_id, b.by_source
    order by d.table_id`.execute(db);
  return rows;
}

/** The last day on or before the date that any log tells of; null when there is none. */
export async function lastLogDay(db: Database, repo: string, asOf: string): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select max(day) as day from tablelore.template_day where repo = ${repo} and day <= ${asOf}`.execute(db);
  return rows[0]?.day ?? null;
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
