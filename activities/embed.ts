import { cardText } from '../knowledge/card-text.ts';
import { readCards, readCardVersions } from '../store/cards.ts';
import type { Database } from '../store/database.ts';
import { recordEmbeddingUse } from '../store/embedding-use.ts';
import { ensureVectorIndex, missingEmbeddings, saveEmbeddings } from '../store/embeddings.ts';
import { currentSnapshot, isHistory } from '../store/snapshots.ts';
import { missingTexts, readTexts, saveTexts } from '../store/texts.ts';
import type { ChunkResult, RunHandle, WorkList } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { queryEntries } from './query-entries.ts';
import { alive } from './heartbeat.ts';
import { sameNight } from './same-night.ts';
import { onlyTable } from './scope.ts';
import { freeze, readChunk } from './work-list.ts';

/** Lists the texts of cards and trusted queries that have no vector of the configured model. */
export function selectForEmbedding(deps: ActivityDeps, handle: RunHandle): Promise<WorkList> {
  return alive(async () => {
    const { db, embedder } = deps;
    if ((await becomesHistory(db, handle)) || (await sameNight(deps, handle)) !== null)
      return freeze(db, handle, 'embed', [], embedder.batch);
    const { repo, asOf, table } = handle;
    const cards = await readCardVersions(db, repo, { asOf }, onlyTable(handle));
    await restoreTexts(deps, handle, cards);
    const queries = table === null ? await queryEntries(deps, handle) : [];
    const hashes = [...cards, ...queries].map((entry) => entry.textHash);
    const missing = await missingEmbeddings(db, embedder.model, hashes);
    return freeze(db, handle, 'embed', [missing], embedder.batch);
  });
}

/** A later night is published: nobody will search this one. */
export async function becomesHistory(
  db: Database,
  { repo, asOf }: Pick<RunHandle, 'repo' | 'asOf'>,
): Promise<boolean> {
  return isHistory(await currentSnapshot(db, repo), asOf);
}

/** Makes the texts of cards again that were dropped while nobody could find them. */
async function restoreTexts(
  { db }: ActivityDeps,
  { repo, asOf }: RunHandle,
  versions: readonly { readonly table: string; readonly textHash: string }[],
): Promise<void> {
  const missing = new Set(await missingTexts(db, versions.map(({ textHash }) => textHash))); // prettier-ignore
  if (missing.size === 0) return;
  const tables = versions.flatMap(({ table, textHash }) => (missing.has(textHash) ? [table] : []));
  const cards = await readCards(db, repo, tables, { asOf });
  await saveTexts(db, cards.map(({ card, textHash }) => ({ textHash, text: cardText(card) }))); // prettier-ignore
}

/** Embeds one batch of texts. */
export function embed(deps: ActivityDeps, handle: RunHandle, chunk: number): Promise<ChunkResult> {
  return alive(async (signal) => {
    const { db, embedder } = deps;
    const wanted = await readChunk(db, handle, 'embed', chunk);
    const missing = await missingEmbeddings(db, embedder.model, wanted);
    const texts = await readTexts(db, missing);
    const hashes = missing.filter((hash) => texts.has(hash));
    if (hashes.length > 0) {
      let tokens = 0;
      const vectors = await embedder.embed(hashes.map((hash) => texts.get(hash) as string), signal, (used) => void (tokens = used)); // prettier-ignore
      // Before the vectors: a second attempt that finds them makes no call to record.
      await recordEmbeddingUse(db, handle.run, chunk, { calls: 1, texts: hashes.length, tokens });
      await saveEmbeddings(db, embedder.model, hashes.map((textHash, index) => ({ textHash, vector: vectors[index] as number[] }))); // prettier-ignore
    }
    return { done: hashes.length, reused: wanted.length - hashes.length, failed: 0 };
  });
}

export const indexVectors = ({ db, embedder }: ActivityDeps): Promise<void> =>
  ensureVectorIndex(db, embedder.model, embedder.dimensions);
