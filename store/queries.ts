import { sql } from 'kysely';
import type { QueryTemplate } from '../schema/contracts/usage.ts';
import { outputHash, readOutputs, saveStageResults } from './claim-sets.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset } from './json.ts';
import { pointedSets } from './pointed-sets.ts';
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
    const before = await pointedSets(trx, repo, asOf, 'rank');
    const changed = results.filter(({ table, inputHash }) => before.get(table)?.inputHash !== inputHash);
    const saved = await saveStageResults(trx, repo, changed);
    const named = new Set(queries.map((query) => query.fingerprint));
    const gone = [...before.keys()].filter((ref) => !named.has(ref));
    await pointTables(trx, repo, asOf, [
      ...saved.map(({ table, stage, setId }) => ({ table, stage, setId })),
      ...gone.map((table) => ({ table, stage: 'rank' as const, setId: null })),
    ]);
  });
}

export interface RankedQuery {
  /** As snapshots name it. */
  readonly version: number;
  readonly query: QueryTemplate;
}

type Versions = ReadonlyMap<number, RankedQuery>;

/** By repository, what this process read last: a version never changes, and every stage from `render` on asks for all of them. */
const lastRead = new WeakMap<Database, Map<string, Versions>>();

/** Ranked queries as they stood at the end of the night of a date. */
export async function readRanks(db: Database, repo: string, asOf: string): Promise<RankedQuery[]> {
  const versions = [...(await currentPointers(db, repo, asOf, 'rank')).values()];
  const repos = lastRead.get(db) ?? new Map<string, Versions>();
  const known = repos.get(repo);
  const fresh = await readRankVersions(db, versions.filter((version) => !known?.has(version))); // prettier-ignore
  const found = new Map(fresh.map((one) => [one.version, one]));
  const ranks = versions.flatMap((version) => known?.get(version) ?? found.get(version) ?? []);
  lastRead.set(db, repos.set(repo, new Map(ranks.map((one) => [one.version, one]))));
  return ranks;
}

/** Ranked queries by version, as snapshot entries of kind `query` name them; in the order asked for. */
export async function readRankVersions(db: Database, versions: readonly number[]): Promise<RankedQuery[]> {
  const outputs = await readOutputs<QueryTemplate>(db, versions);
  return versions.flatMap((version) => {
    const set = outputs.get(version);
    return set ? [{ version, query: set.output }] : [];
  });
}
