import { own } from '../../schema/contracts/own.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import {
  commitKey,
  fileName,
  findings,
  folderOf,
  joinPath,
  projectOf,
  tracedFiles,
  type Findings,
  type ReadContext,
  type Reader,
  type TracedFiles,
} from '../reader.ts';
import { readYaml, type YamlValue } from '../yaml/document.ts';
import { readChecks } from './checks.ts';
import { readDags } from './dags.ts';
import { tablePlace, type TablePlace } from './layout.ts';
import { readMetadata } from './metadata.ts';
import { readMonitors } from './monitors.ts';
import { readPythonFile, readQueryFile, readScriptFile } from './code.ts';
import { schemaColumns } from './schema-file.ts';

const version = 7;

/** The bigquery-etl layout, where a file's path names its table. */
export const bqetlReader: Reader = {
  name: 'bqetl',
  version,
  match: (path, context) => {
    if (projectOf(path, 'bqetl', context) === undefined) return false;
    if (fileName(path) === 'dags.yaml') return folderOf(path) === projectOf(path, 'bqetl', context)?.root;
    return tablePlace(path, context) !== null && Object.hasOwn(tableFiles, fileName(path));
  },
  read: (path, text, context): FileFacts | null => {
    preloadOnce(context);
    const out = findings();
    const files = tracedFiles(context);
    const place = tablePlace(path, context);
    if (place === null) {
      const root = yamlRoot(path, text, out);
      if (root !== undefined) out.jobs.push(...readDags(root));
    } else if (isRoutine(place, context)) {
      return null;
    } else {
      own(tableFiles, place.file)?.(place, text, out, files, path, context);
    }
    const trace = Object.keys(files.trace).length > 0 ? { trace: files.trace } : {};
    return { path, reader: 'bqetl', version, dialect: 'bigquery', ...out, ...trace };
  },
};

export type TableFile = (
  place: TablePlace,
  text: string,
  out: Findings,
  files: TracedFiles,
  path: string,
  context: ReadContext,
) => void;

const tableFiles: Readonly<Record<string, TableFile>> = {
  'metadata.yaml': (place, text, out, _files, path) => {
    const root = yamlRoot(path, text, out);
    if (root !== undefined) readMetadata(root, place, out);
  },
  'schema.yaml': (place, text, out, files, path) => {
    const root = yamlRoot(path, text, out);
    if (root === undefined) return;
    const fields = root.get('fields')?.items() ?? root.items();
    const include = (file: string): string | undefined => files.file(joinPath(place.project.root, file));
    const { columns, required } = schemaColumns(fields, include);
    const { table } = place;
    const lines = root.lines;
    if (columns.length > 0)
      out.declarations.push({ table, lines, declares: 'columns', columns, complete: true });
    if (required.length > 0) {
      out.declarations.push({ table, lines, declares: 'not_null', columns: required, conditional: false });
    }
  },
  'query.sql': readQueryFile,
  'part1.sql': readQueryFile,
  'part2.sql': readQueryFile,
  'part3.sql': readQueryFile,
  'part4.sql': readQueryFile,
  'view.sql': readScriptFile,
  'script.sql': readScriptFile,
  'init.sql': readScriptFile,
  'materialized_view.sql': readScriptFile,
  'query.py': readPythonFile,
  'checks.sql': (place, text, out) => {
    out.declarations.push(...readChecks(text, place.table));
  },
  'bigconfig.yml': (_place, text, out, _files, path) => {
    const root = yamlRoot(path, text, out);
    if (root !== undefined) out.declarations.push(...readMonitors(root));
  },
};

function yamlRoot(path: string, text: string, out: Findings): YamlValue | undefined {
  const document = readYaml(path, text);
  out.diagnostics.push(...document.diagnostics);
  return document.root;
}

const preloaded = new WeakSet<object>();

/** Most files ask for the metadata beside them: it is cheaper to load it all at once. */
function preloadOnce(context: ReadContext): void {
  const key = commitKey(context);
  if (context.preload === undefined || preloaded.has(key)) return;
  preloaded.add(key);
  context.preload(
    (context.paths ?? []).filter((path) => tablePlace(path, context) !== null && path.endsWith('.yaml')),
  );
}

/** Functions and procedures stand in the same layout; they are no tables. */
function isRoutine(place: TablePlace, context: ReadContext): boolean {
  return ['udf.sql', 'stored_procedure.sql'].some(
    (file) => context.file?.(`${place.folder}/${file}`) !== undefined,
  );
}
