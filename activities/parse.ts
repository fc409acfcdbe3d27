import { saveFacts } from '../store/facts.ts';
import type { ChunkResult, RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { factsKey, parseContext, rememberHeld } from './facts-of-commit.ts';
import { alive } from './heartbeat.ts';
import { sourceFiles } from './source-files.ts';
import { readChunk } from './work-list.ts';

/** Reads one chunk of files in a parse thread and stores their facts. A file that cannot be read is stored with a diagnostic in their place. */
export function parse(deps: ActivityDeps, handle: RunHandle, chunk: number): Promise<ChunkResult> {
  return alive(async (signal) => {
    const source = await sourceFiles(deps, handle.repo, handle.commit);
    const wanted = await readChunk(deps.db, handle, 'parse', chunk);
    const files = wanted.flatMap((path) => source.fileAt(path) ?? []);
    const parsed = await deps.pool.parse(parseContext(deps, handle, source), files, signal);
    const asked = new Map(
      files.map(({ path, reader, dialect }) => [
        path,
        { reader: reader.name, version: reader.version, dialect },
      ]),
    );
    const rows = parsed.map(({ path, blob, facts }) => {
      const by = asked.get(path) ?? facts;
      return { key: factsKey(blob, facts, by), blob, facts, asked: by };
    });
    await saveFacts(deps.db, handle.repo, rows);
    rememberHeld(source, rows.map(({ key }) => key)); // prettier-ignore
    const failed = parsed.filter(({ facts }) =>
      facts.diagnostics.some((one) => one.code === 'parse.given_up'),
    ).length;
    return { done: parsed.length - failed, reused: 0, failed };
  });
}
