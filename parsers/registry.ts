import type { FileFacts } from '../schema/contracts/facts.ts';
import { bqetlReader } from './bqetl/reader.ts';
import { dataformReader } from './dataform/reader.ts';
import { dbtReader } from './dbt/reader.ts';
import { pythonReader } from './python/reader.ts';
import type { ReadContext, Reader } from './reader.ts';
import { initSqlReader } from './sql/index.ts';
import { sqlFileReader } from './sql-files.ts';
import { terraformReader } from './terraform/reader.ts';
import { typescriptReader } from './typescript/reader.ts';

export { detectProjects, projectMarkers } from './projects.ts';
export { asksProject, projectFiles, traceHolds } from './trace.ts';

/** Every reader, the most particular first: the first that takes a path reads it. */
export const readers: readonly Reader[] = [
  bqetlReader,
  dbtReader,
  dataformReader,
  pythonReader,
  typescriptReader,
  terraformReader,
  sqlFileReader,
];

/** Loads the syntax libraries; must have ended before `readFile` is called. Cheap when repeated. */
export const initReaders = initSqlReader;

/** The reader of a path; undefined when none takes it. */
export function readerOf(path: string, context: ReadContext): Reader | undefined {
  return readers.find((reader) => reader.match(path, context));
}

/** A file's facts; null when no reader takes it, or it holds nothing for the one that does. Bad input costs a diagnostic, never an exception. */
export function readFile(path: string, text: string, context: ReadContext): FileFacts | null {
  const reader = readerOf(path, context);
  if (reader === undefined) return null;
  try {
    return reader.read(path, text, context);
  } catch (error) {
    return failedFacts(reader, path, context, error);
  }
}

/** Facts that say only that the reader broke down: tablelore's fault, whatever the file holds. */
function failedFacts(reader: Reader, path: string, context: ReadContext, error: unknown): FileFacts {
  const message = error instanceof Error ? error.message : String(error);
  return {
    path,
    reader: reader.name,
    version: reader.version,
    dialect: context.dialect,
    builds: [],
    uses: [],
    declarations: [],
    jobs: [],
    diagnostics: [
      {
        code: `${reader.name}.crash`,
        severity: 'error',
        message: `The ${reader.name} reader failed on this file and read nothing of it: ${message}`,
        path,
        fault: 'system',
      },
    ],
    statements: { total: 1, parsed: 0, opaque: 0, failed: 1 },
  };
}
