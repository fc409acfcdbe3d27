/** The historical queries that searches may find: those that are worth imitating, as texts. */
import { renderQuery } from '../knowledge/render-query.ts';
import { readRanks } from '../store/queries.ts';
import { missingTexts, saveTexts } from '../store/texts.ts';
import type { SnapshotEntry } from '../store/snapshots.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { hashOf } from './hash.ts';

/** Exploratory queries are never among them. Their texts are stored. */
export async function queryEntries(deps: ActivityDeps, handle: RunHandle): Promise<SnapshotEntry[]> {
  const ranked = (await readRanks(deps.db, handle.repo, handle.asOf)).filter(
    ({ query }) => query.tier !== 'exploratory',
  );
  const entries = ranked.map(({ version, query }) => {
    const text = renderQuery(query);
    return { version, ref: query.fingerprint, text, textHash: hashOf(text) };
  });
  const missing = new Set(await missingTexts(deps.db, entries.map(({ textHash }) => textHash))); // prettier-ignore
  await saveTexts(deps.db, entries.filter(({ textHash }) => missing.has(textHash))); // prettier-ignore
  return entries.map(({ version, ref, textHash }) => ({ kind: 'query', ref, version, textHash }));
}
