import { sql } from 'kysely';
import type { QueryTemplate } from '../schema/contracts/usage.ts';
import { outputHash, readOutputs, saveStageResults } from './claim-sets.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset } from './json.ts';
import { currentPointers, pointTables } from './pointers.ts';
import { markStale } from './usage.ts';

export interface StoredTemplate {
  readonly fingerprint: string;
  /** Normalised, literals replaced. */
  readonly sql: string;
  /** Table ids; empty until analysed. */
  readonly tables: readonly string[];
  /** What the reader found: plain JSON; null until analysed. */
  readonly analysis: unknown;
  /** Names the reader, and what else its answer depends on; null until analysed. */
  readonly readerVersion: string | null;
}

/** A template's runs up to a date. */
export interface TemplateUsage {
  readonly fingerprint: string;
  readonly runs: number;
  readonly failures: number;
  readonly users: number;
  /** ISO dates. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Days on which it ran. */
  readonly days: number;
  /** Source → runs. */
  readonly sources: Readonly<Record<string, number>>;
  /** Role → runs. */
  readonly roles: Readonly<Record<string, number>>;
}

/** Templates that were not analysed by this version of the reader, by fingerprint; `after` the last of the page before, `''` for the first page. */
export async function templatesToAnalyse(
  db: Database,
  repo: string,
  readerVersion: string,
  after: string,
  limit: number,
): Promise<{ fingerprint: string; sql: string }[]> {
  const { rows } = await sql<{ fingerprint: string; sql: string }>`
    select fingerprint, sql from tablelore.query_template
    where repo = ${repo} and fingerprint > ${after} and reader_version is distinct from ${readerVersion}
    order by fingerprint limit ${limit}`.execute(db);
  return rows;
}

/** Stores what the reader found in templates; unknown ones are added. The days on which they ran will be counted anew. */
export async function saveTemplates(
  db: Database,
  repo: string,
  templates: readonly StoredTemplate[],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const fingerprints = templates.map((template) => template.fingerprint);
    await markStale(
      trx,
      repo,
      sql`select day from tablelore.template_day
        where repo = ${repo} and fingerprint = any(${fingerprints}::text[])`,
    );
    for (const batch of jsonBatches(templates)) {
      await sql`
        insert into tablelore.query_template (repo, fingerprint, sql, tables, analysis, reader_version)
        select ${repo}, r.fingerprint, r.sql, r.tables, r.analysis, r."readerVersion"
        from ${recordset(batch, 'r', 'fingerprint text, sql text, tables text[], analysis jsonb, "readerVersion" text')}
        order by r.fingerprint
        on conflict (repo, fingerprint) do update
        set tables = excluded.tables, analysis = excluded.analysis, reader_version = excluded.reader_version`.execute(
        trx,
      );
    }
  });
}

/** A page of the templates that ran on or before a date, by fingerprint; `after` as in `templatesToAnalyse`. */
export async function readTemplates(
  db: Database,
  repo: string,
  asOf: string,
  after: string,
  limit: number,
): Promise<(StoredTemplate & TemplateUsage)[]> {
  const { rows } = await sql<StoredTemplate & TemplateUsage>`
    with page as (
      select q.* from tablelore.query_template q
      where q.repo = ${repo} and q.fingerprint > ${after} and exists (
        select from tablelore.template_day d
        where d.repo = q.repo and d.fingerprint = q.fingerprint and d.day <= ${asOf}::date)
      order by q.fingerprint limit ${limit}
    ), days as (
      select d.* from tablelore.template_day d join page using (repo, fingerprint) where d.day <= ${asOf}::date
    ), sums as (
      select fingerprint, sum(runs) as runs, sum(failures) as failures, min(day) as first, max(day) as last,
        count(distinct day) as days
      from days group by 1
    ), people as (
      select fingerprint, count(distinct person) as users from days, unnest(users) as person group by 1
    ), sources as (
      select fingerprint, jsonb_object_agg(source, runs) as sources
      from (select fingerprint, source, sum(runs) as runs from days group by 1, 2) as by_source group by 1
    ), roles as (
      select fingerprint, jsonb_object_agg(role, runs) as roles
      from (
        select fingerprint, role, sum(r.runs::int) as runs from days, jsonb_each_text(days.roles) as r(role, runs) group by 1, 2
      ) as by_role group by 1
    )
    select page.fingerprint, page.sql, page.tables, page.analysis, page.reader_version as "readerVersion",
      sums.runs, sums.failures, sums.days, sums.first as "firstSeen", sums.last as "lastSeen",
      coalesce(people.users, 0) as users, sources.sources, coalesce(roles.roles, '{}') as roles
    from page join sums using (fingerprint) join sources using (fingerprint)
    left join people using (fingerprint) left join roles using (fingerprint)
    order by page.fingerprint`.execute(db);
  return rows;
}

/** Tells which templates changed: those that ran on a day given. */
export async function templatesOfDays(
  db: Database,
  repo: string,
  days: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ fingerprint: string }>`
    select distinct fingerprint from tablelore.template_day
    where repo = ${repo} and day = any(${[...days]}::date[]) order by 1`.execute(db);
  return rows.map((row) => row.fingerprint);
}

/**
 * Makes these the ranked queries as of a date: all of them, those of the night before that are not named are no longer ranked. What did not change
 * is not stored again. In one transaction.
 */
export async function saveRanks(
  db: Database,
  repo: string,
  asOf: string,
  queries: readonly QueryTemplate[],
): Promise<void> {
  const results = queries.map((query) => ({
    table: query.fingerprint,
    stage: 'rank' as const,
    inputHash: outputHash(query),
    claims: [],
    output: query,
  }));
  await inTransaction(db, async (trx) => {
    const saved = await saveStageResults(trx, repo, results);
    const named = new Set(queries.map((query) => query.fingerprint));
    const gone = [...(await currentPointers(trx, repo, asOf, 'rank')).keys()].filter(
      (ref) => !named.has(ref),
    );
    await pointTables(trx, repo, asOf, [
      ...saved.map(({ table, stage, setId }) => ({ table, stage, setId })),
      ...gone.map((table) => ({ table, stage: 'rank' as const, setId: null })),
    ]);
  });
}

/** Ranked queries as they stood at the end of the night of a date, with the version that snapshots name them by. */
export async function readRanks(
  db: Database,
  repo: string,
  asOf: string,
): Promise<{ version: number; query: QueryTemplate }[]> {
  return readRankVersions(db, [...(await currentPointers(db, repo, asOf, 'rank')).values()]);
}

/** Ranked queries by version, as snapshot entries of kind `query` name them; in the order asked for. */
export async function readRankVersions(
  db: Database,
  versions: readonly number[],
): Promise<{ version: number; query: QueryTemplate }[]> {
  const outputs = await readOutputs<QueryTemplate>(db, versions);
  return versions.flatMap((version) => {
    const set = outputs.get(version);
    return set ? [{ version, query: set.output }] : [];
  });
}
