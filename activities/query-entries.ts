/** The historical queries that searches may find: those that are worth imitating, as texts. */
import { renderQuery } from '../knowledge/render-query.ts';
import { readRanks } from '../store/queries.ts';
import { saveTexts } from '../store/texts.ts';
import type { SnapshotEntry } from '../store/snapshots.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { hashOf } from './hash.ts';

/** Exploratory queries are never among them. Their texts are stored. */
export async function queryEntries(deps: ActivityDeps, handle: RunHandle): Promise<SnapshotEntry[]> {
  const ranked = (await readRanks(deps.db, handle.repo, handle.asOf)).filter(
    ({ query }) => query.tier !== 'exploratory',
  );
  const entries = ranked.map(({ version, query }) => ({
    version,
    ref: query.fingerprint,
    text: renderQuery(query),
  }));
  await saveTexts(deps.db, entries.map(({ text }) => ({ text, textHash: hashOf(text) }))); // prettier-ignore
  return entries.map(({ version, ref, text }) => ({ kind: 'query', ref, version, textHash: hashOf(text) }));
}
