/** The query history by trust, as it stood on a date. */
import type { JoinObservation } from '../../knowledge/rank/observed-joins.ts';
import { trustOf } from '../../knowledge/rank/trust.ts';
import type { QueryTemplate } from '../../schema/contracts/usage.ts';
import { readLedger } from '../../store/claims.ts';
import { retiredTables } from '../../store/pointed-sets.ts';
import { readTemplates, saveRanks } from '../../store/queries.ts';
import { readTemplateDays } from '../../store/template-days.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { TemplateAnalysis } from './analyse.ts';

const page = 500;

/** Ranks and stores all queries; returns the joins of those that are more than exploratory. */
export async function rankQueries(
  deps: ActivityDeps,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<JoinObservation[]> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const gone = await retiredTables(db, repo, asOf);
  for (const { claim } of await readLedger(db, repo, asOf, { field: 'deprecated' }, null, 10_000))
    gone.add(claim.table);
  const queries: QueryTemplate[] = [];
  const joins: JoinObservation[] = [];
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const templates = await readTemplates(db, repo, asOf, after, page);
    if (templates.length === 0) break;
    after = templates.at(-1)?.fingerprint ?? '';
    const days = await readTemplateDays(db, repo, asOf, templates.map((template) => template.fingerprint)); // prettier-ignore
    for (const { fingerprint, sql, tables, analysis, runs, users, failures } of templates) {
      const retired = tables.filter((table) => gone.has(table));
      const trust = trustOf({ sql, tables, days: days.get(fingerprint) ?? [], asOf, retired });
      if (trust) queries.push({ fingerprint, sql, tables, ...trust });
      if (trust === null || trust.tier === 'exploratory') continue;
      const found = (analysis as TemplateAnalysis | null)?.joins ?? [];
      joins.push(
        ...found.map(({ left, right }) => ({ left, right, fingerprint, runs: runs - failures, users })),
      );
    }
  }
  await saveRanks(db, repo, asOf, queries);
  return joins;
}
