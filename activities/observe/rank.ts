/** The query history as it stood on a date, by the names that tables had then. */
import { createNameResolver } from '../../inference/link/names.ts';
import { tableIdParts } from '../../inference/link/table-id.ts';
import type { JoinObservation } from '../../knowledge/rank/observed-joins.ts';
import { createUseCounter, type TableUse } from '../../knowledge/rank/table-use.ts';
import { trustOf } from '../../knowledge/rank/trust.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { QueryTemplate } from '../../schema/contracts/usage.ts';
import { readLedger } from '../../store/claims.ts';
import { pointedSets, retiredTables } from '../../store/pointed-sets.ts';
import { readTemplates, saveRanks } from '../../store/queries.ts';
import { readTemplateDays } from '../../store/template-days.ts';
import type { RunHandle } from '../contract.ts';
import { repoConfig, type ActivityDeps } from '../deps.ts';
import { analysesOf } from './analyse.ts';

/** What queries tell of tables. */
export interface SeenInQueries {
  /** Of queries that are more than exploratory. */
  readonly joins: readonly JoinObservation[];
  /** Of all queries, by table. */
  readonly use: ReadonlyMap<TableId, TableUse>;
}

const page = 500;

/** Ranks and stores all queries. */
export async function rankQueries(
  deps: ActivityDeps,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<SeenInQueries> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const { dialect = 'generic', targets } = repoConfig(deps, repo);
  const known = (await pointedSets(db, repo, asOf, 'link')).keys();
  // Logs say nothing of where a short name stands: only the one known table that ends in it is meant.
  const resolver = createNameResolver({ defaults: [], targets }, known);
  const tableOf = (name: TableId) => resolver.resolve({ parts: tableIdParts(name) }, { path: '', dialect });
  const gone = await retiredTables(db, repo, asOf);
  for (const { claim } of await readLedger(db, repo, asOf, { field: 'deprecated' }, null, 10_000))
    gone.add(claim.table);
  const queries: QueryTemplate[] = [];
  const joins: JoinObservation[] = [];
  const use = createUseCounter(asOf);
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const templates = await readTemplates(db, repo, asOf, after, page);
    if (templates.length === 0) break;
    after = templates.at(-1)?.fingerprint ?? '';
    const analyses = await analysesOf(deps, repo, dialect, templates);
    const daysOf = await readTemplateDays(db, repo, asOf, templates.map((template) => template.fingerprint)); // prettier-ignore
    for (const { fingerprint, sql } of templates) {
      const analysis = analyses.get(fingerprint);
      const days = daysOf.get(fingerprint) ?? [];
      const tables = [...new Set(analysis?.tables.map(tableOf))].sort();
      use.add(tables, days);
      const trust = trustOf({ sql, tables, days, asOf, retired: tables.filter((table) => gone.has(table)) });
      if (trust) queries.push({ fingerprint, sql, tables, ...trust });
      if (trust === null || trust.tier === 'exploratory') continue;
      const runs = days.reduce((sum, day) => sum + day.runs - day.failures, 0);
      for (const { left, right } of analysis?.joins ?? [])
        joins.push({
          left: { ...left, table: tableOf(left.table) },
          right: { ...right, table: tableOf(right.table) },
          ...{ fingerprint, runs, users: trust.users },
        });
    }
  }
  await saveRanks(db, repo, asOf, queries);
  return { joins, use: use.counts() };
}
