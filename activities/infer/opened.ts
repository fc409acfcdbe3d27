/** What the model looked at beyond its question: an answer holds as long as this stays as it was. */
import type { Database } from '../../store/database.ts';
import type { RunHandle } from '../contract.ts';
import { saidHashes } from './said.ts';

export interface Opened {
  readonly files: readonly { readonly path: string; readonly blob: string }[];
  /** Tables that were looked up, with the hash of what was said about them. */
  readonly tables: readonly { readonly table: string; readonly hash: string }[];
}

export const nothingOpened: Opened = { files: [], tables: [] };

/** All of them, each once. */
export function joinOpened(all: readonly Opened[]): Opened {
  const files = new Map(all.flatMap((one) => one.files.map((file) => [file.path, file] as const)));
  const tables = new Map(all.flatMap((one) => one.tables.map((table) => [table.table, table] as const)));
  const byKey = <T>(of: ReadonlyMap<string, T>) =>
    [...of].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  return { files: byKey(files), tables: byKey(tables) };
}

/** Tells of each whether it is today as it was then. */
export async function unchanged(
  db: Database,
  handle: Pick<RunHandle, 'repo' | 'asOf'>,
  blobOf: (path: string) => string | null | undefined,
  all: readonly Opened[],
): Promise<(opened: Opened) => boolean> {
  const looked = [...new Set(all.flatMap(({ tables }) => tables.map(({ table }) => table)))];
  const hashes = await saidHashes(db, handle, looked);
  return ({ files, tables }) =>
    files.every(({ path, blob }) => blobOf(path) === blob) &&
    tables.every(({ table, hash }) => (hashes.get(table) ?? '') === hash);
}
