/** What facts rest on beyond their own file, and whether that is still so. */
import type { FileFacts } from '../schema/contracts/facts.ts';
import { dataformFiles } from './dataform/load.ts';
import { refTrace } from './dataform/reader.ts';
import { dbtFiles, projectAt } from './dbt/facts/loaded.ts';
import { currentHash, readTraceKey } from './dbt/facts/trace.ts';
import { fileEntry, projectOf, type ProjectContext, type ReadContext } from './reader.ts';

type Trace = FileFacts['trace'] | null;

/**
 * Whether facts that were read before still hold: each file that they used has the blob that it had (`blobOf`; '' for none), and each question that
 * they asked of their project has the same answer. An entry that nothing can judge does not hold. Absent or null: the facts rest on their blob alone.
 */
export function traceHolds(
  { path, trace }: { readonly path: string; readonly trace?: Trace },
  context: ReadContext,
  blobOf: (path: string) => string | undefined = (other) => context.file?.(other)?.blob,
): boolean {
  return Object.entries(trace ?? {}).every(([entry, value]) =>
    entry.startsWith(fileEntry)
      ? (blobOf(entry.slice(fileEntry.length)) ?? '') === value
      : answerNow(entry, path, context) === value,
  );
}

/** Whether some entry is a question to the project, for which `traceHolds` reads the texts that `projectFiles` names. */
export const asksProject = (trace: Trace): boolean =>
  Object.keys(trace ?? {}).some((entry) => !entry.startsWith(fileEntry));

/** The files that answer for the projects, of all paths of a commit. */
export const projectFiles = (projects: readonly ProjectContext[], paths: readonly string[]): string[] => [
  ...new Set([...dbtFiles(projects, paths), ...dataformFiles(projects, paths)]),
];

/** Null: no reader knows the question, or its project is not there any more. */
function answerNow(entry: string, path: string, context: ReadContext): string | null {
  const asked = readTraceKey(entry);
  if (asked !== null) {
    const project = projectAt(path, context)?.project;
    return project === undefined ? null : currentHash(project, asked.key);
  }
  const project = projectOf(path, 'dataform', context);
  return project !== undefined && entry.startsWith('ref:') ? refTrace(entry, project, context) : null;
}
