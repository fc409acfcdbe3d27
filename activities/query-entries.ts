/** The historical queries that searches may find: those that are worth imitating, as texts. */
import { renderQuery } from '../knowledge/render-query.ts';
import type { Database } from '../store/database.ts';
import { readRanks } from '../store/queries.ts';
import { missingTexts, saveTexts } from '../store/texts.ts';
import type { SnapshotEntry } from '../store/snapshots.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { hashOf } from './hash.ts';

/** Exploratory queries are never among them. Their texts are stored. */
export async function queryEntries(deps: ActivityDeps, handle: RunHandle): Promise<SnapshotEntry[]> {
  const entries = await queryTexts(deps.db, handle);
  const missing = new Set(await missingTexts(deps.db, entries.map(({ textHash }) => textHash))); // prettier-ignore
  await saveTexts(deps.db, entries.filter(({ textHash }) => missing.has(textHash))); // prettier-ignore
  return entries.map(({ version, ref, textHash }) => ({ kind: 'query', ref, version, textHash }));
}

/** The same with their texts, which are not stored. */
export async function queryTexts(db: Database, { repo, asOf }: Pick<RunHandle, 'repo' | 'asOf'>) {
  const ranked = (await readRanks(db, repo, asOf)).filter(({ query }) => query.tier !== 'exploratory');
  return ranked.map(({ version, query }) => {
    const text = renderQuery(query);
    return { version, ref: query.fingerprint, text, textHash: hashOf(text) };
  });
}
