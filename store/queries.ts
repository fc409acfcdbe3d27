import { sql } from 'kysely';
import type { QueryTemplate } from '../schema/contracts/usage.ts';
import { outputHash, readOutputs, saveStageResults } from './claim-sets.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset } from './json.ts';
import { currentPointers, pointTables } from './pointers.ts';
import { holdRepo } from './repos.ts';

export interface StoredTemplate {
  readonly fingerprint: string;
  /** Normalised, literals replaced. */
  readonly sql: string;
  /** What the reader found: plain JSON, the same for all nights; null until analysed. */
  readonly analysis: unknown;
  /** Names the reader, and what else its answer depends on; null until analysed. */
  readonly readerVersion: string | null;
}

/** Stores what a reader found in templates that are stored. */
export async function saveAnalyses(
  db: Database,
  repo: string,
  readerVersion: string,
  analyses: readonly Pick<StoredTemplate, 'fingerprint' | 'analysis'>[],
): Promise<void> {
  if (analyses.length === 0) return;
  await inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    for (const batch of jsonBatches(analyses)) {
      await sql`
        update tablelore.query_template t set analysis = r.analysis, reader_version = ${readerVersion}
        from ${recordset(batch, 'r', 'fingerprint text, analysis jsonb')}
        where t.repo = ${repo} and t.fingerprint = r.fingerprint`.execute(trx);
    }
  });
}

/** A page of the templates that ran on or before a date, by fingerprint; `after`: the last of the page before, `''` for the first page. */
export async function readTemplates(
  db: Database,
  repo: string,
  asOf: string,
  after: string,
  limit: number,
): Promise<StoredTemplate[]> {
  const { rows } = await sql<StoredTemplate>`
    select fingerprint, sql, analysis, reader_version as "readerVersion"
    from tablelore.query_template q
    where repo = ${repo} and fingerprint > ${after} and exists (
      select from tablelore.template_day d
      where d.repo = q.repo and d.fingerprint = q.fingerprint and d.day <= ${asOf}::date)
    order by fingerprint limit ${limit}`.execute(db);
  return rows;
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
