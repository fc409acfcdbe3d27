/** Files at a run's commit as the model may see them. What is not here it cannot reach: no link, no submodule, no other commit, no file system. */
import { shownLine } from '../../inference/model/shown.ts';
import { linesOf, redactLines } from '../../knowledge/redact-lines.ts';
import { blobText, openBlobReader } from '../../source/blobs.ts';
import type { Mirror } from '../../source/mirror.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { sourceFiles } from '../source-files.ts';

export interface CitedCode {
  readonly mirror: Mirror;
  readonly commit: string;
  /** Files that may be read, sorted; some of them may turn out to hold no text. */
  readonly paths: readonly string[];
  readonly blobOf: (path: string) => string | null;
  /** Without secrets and personal literals, and long lines cut. Null: the commit has no such text file. */
  readonly lines: (path: string) => Promise<readonly string[] | null>;
  /** As they are, to be looked through and not to be shown. Not kept in memory. */
  readonly rawLines: (path: string) => Promise<readonly string[] | null>;
  readonly close: () => void;
}

export async function openCitedCode(deps: ActivityDeps, handle: RunHandle): Promise<CitedCode> {
  const { mirror, readable, blobOf: all } = await sourceFiles(deps, handle.repo, handle.commit);
  const reader = openBlobReader(mirror);
  const blobOf = new Map(readable.map((path) => [path, all.get(path) ?? '']));
  const shown = new Map<string, Promise<readonly string[] | null>>();

  async function text(path: string): Promise<string | null> {
    const blob = blobOf.get(path);
    const bytes = blob === undefined ? null : await reader.read(blob);
    return bytes === null ? null : (blobText(bytes)?.text ?? null);
  }
  return {
    mirror,
    commit: handle.commit,
    paths: readable,
    blobOf: (path) => blobOf.get(path) ?? null,
    lines(path) {
      const known =
        shown.get(path) ??
        text(path).then((found) => (found === null ? null : redactLines(found).map(shownLine)));
      shown.set(path, known);
      return known;
    },
    async rawLines(path) {
      const found = await text(path);
      return found === null ? null : linesOf(found);
    },
    close: () => reader.close(),
  };
}

/** The lines of these files as the model sees them; null of a file that the commit lacks, and of any other. */
export async function linesByPath(
  code: Pick<CitedCode, 'lines'>,
  paths: Iterable<string>,
): Promise<(path: string) => readonly string[] | null> {
  const files = new Map<string, readonly string[] | null>();
  for (const path of new Set(paths)) files.set(path, await code.lines(path));
  return (path) => files.get(path) ?? null;
}
