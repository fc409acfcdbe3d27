/** Files at a run's commit: for the dossier redacted, for the check of citations as they are. */
import { linesOf, redactLines } from '../../knowledge/redact-lines.ts';
import { blobText, openBlobReader } from '../../source/blobs.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { sourceFiles } from '../source-files.ts';

export interface CitedCode {
  /** Null: the commit has no such text file. */
  readonly lines: (path: string) => Promise<readonly string[] | null>;
  /** As many lines, without secrets and personal literals. */
  readonly redacted: (path: string) => Promise<readonly string[] | null>;
  readonly blobOf: (path: string) => string | null;
  readonly close: () => void;
}

export async function openCitedCode(deps: ActivityDeps, handle: RunHandle): Promise<CitedCode> {
  const { mirror, blobOf } = await sourceFiles(deps, handle.repo, handle.commit);
  const reader = openBlobReader(mirror);
  const texts = new Map<string, Promise<string | null>>();

  async function read(path: string): Promise<string | null> {
    const blob = blobOf.get(path);
    const bytes = blob === undefined ? null : await reader.read(blob);
    return bytes === null ? null : (blobText(bytes)?.text ?? null);
  }
  function text(path: string): Promise<string | null> {
    const known = texts.get(path) ?? read(path);
    texts.set(path, known);
    return known;
  }
  const then = (turn: (text: string) => string[]) => async (path: string) => {
    const found = await text(path);
    return found === null ? null : turn(found);
  };
  return {
    lines: then(linesOf),
    redacted: then(redactLines),
    blobOf: (path) => blobOf.get(path) ?? null,
    close: () => reader.close(),
  };
}
