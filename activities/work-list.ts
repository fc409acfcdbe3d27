/** Frozen work lists: what a stage has to do, cut into chunks that activities take by number. */
import type { Database } from '../store/database.ts';
import { freezeWork, readWork } from '../store/work-items.ts';
import type { RunHandle, WorkList } from './contract.ts';

interface Chunk {
  readonly group: number;
  readonly keys: readonly string[];
}

/**
 * Freezes groups of keys as the work of a stage, cut into chunks, and returns how they are cut. Running it again for the same run and stage leaves the
 * first list and returns how that one is cut. Chunk `n` holds the keys of `readChunk(…, n)`.
 */
export async function freeze(
  db: Database,
  handle: RunHandle,
  stage: string,
  groups: readonly (readonly string[])[],
  chunkSize: number,
): Promise<WorkList> {
  const chunks = groups.flatMap((keys, group) =>
    cut(keys, chunkSize).map((some): Chunk => ({ group, keys: some })),
  );
  await freezeWork(db, handle.run, stage, chunks.map((payload, ordinal) => ({ key: String(ordinal), payload }))); // prettier-ignore
  const frozen = await readWork<Chunk>(db, handle.run, stage, -1, Number.MAX_SAFE_INTEGER);
  const groupSizes = Map.groupBy(frozen, (item) => item.payload.group);
  return {
    chunks: frozen.length,
    units: frozen.reduce((sum, item) => sum + item.payload.keys.length, 0),
    groups: [...groupSizes.values()].map((items) => items.length),
  };
}

export async function readChunk(
  db: Database,
  handle: RunHandle,
  stage: string,
  chunk: number,
): Promise<readonly string[]> {
  const [item] = await readWork<Chunk>(db, handle.run, stage, chunk - 1, 1);
  if (!item || item.ordinal !== chunk)
    throw new Error(`Run ${handle.run} has no chunk ${chunk} of ${stage}.`);
  return item.payload.keys;
}

function cut<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
