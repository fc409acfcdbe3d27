import type { FileFacts } from '../schema/contracts/facts.ts';
import { refTrace } from './dataform/reader.ts';
import { projectOf, type ReadContext } from './reader.ts';

/** Whether facts that were read before still hold: each part of their project that was used is unchanged. Facts of readers that keep traces of their
 * own kind (`macro:`, `var:`, …) are for their reader to judge: undefined for those. */
export function traceHolds(facts: FileFacts, context: ReadContext): boolean | undefined {
  for (const [key, value] of Object.entries(facts.trace ?? {})) {
    const now = traceValue(key, facts.path, context);
    if (now === undefined) return undefined;
    if (now !== value) return false;
  }
  return true;
}

function traceValue(key: string, path: string, context: ReadContext): string | undefined {
  if (key.startsWith('file:')) return context.file?.(key.slice('file:'.length))?.blob ?? '';
  const project = projectOf(path, 'dataform', context);
  return key.startsWith('ref:') && project !== undefined ? refTrace(key, project, context) : undefined;
}

/** Which other files readers may ask for through `context.file`: settings, metadata, modules. A caller that cannot serve any path at once loads these. */
export function isSupportFile(path: string, context: ReadContext): boolean {
  if (/\.(py|[cm]?[jt]sx?|sqlx)$/.test(path)) return true;
  if (projectOf(path, 'bqetl', context) !== undefined && /\.ya?ml$|\/(udf|stored_procedure)\.sql$/.test(path))
    return true;
  return /(^|\/)(workflow_settings\.yaml|dataform\.json)$/.test(path);
}
