/**
 * What dbt's runs leave besides the manifest: `catalog.json` (columns as the warehouse has them), `run_results.json` (what passed),
 * `sources.json` (how fresh).
 */
import { json, number, text, type Read } from './artifact-json.ts';
import type { Config, RelationName } from './types.ts';
import { objectOf, optional } from './yaml-values.ts';

export interface CatalogTable {
  readonly uniqueId: string;
  readonly relation: RelationName;
  /** As the warehouse calls it: `BASE TABLE`, `VIEW`. */
  readonly type?: string;
  readonly owner?: string;
  readonly comment?: string;
  /** In the order of the table; complete. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly comment?: string }[];
  readonly stats: Config;
}

export interface RunResult {
  readonly uniqueId: string;
  /** `success`, `pass`, `fail`, `warn`, `error`, `skipped`. */
  readonly status: string;
  /** Rows that failed the test. */
  readonly failures?: number;
  /** Seconds. */
  readonly executionTime?: number;
  readonly message?: string;
  /** ISO time. */
  readonly completedAt?: string;
}

export interface SourceFreshness {
  readonly uniqueId: string;
  readonly status: string;
  /** ISO time of the newest row. */
  readonly maxLoadedAt?: string;
  readonly snapshottedAt?: string;
  /** Seconds between the two. */
  readonly ageSeconds?: number;
}

export function readCatalog(source: string, path: string): Read<readonly CatalogTable[]> {
  const { value: root, diagnostics } = json(source, path, 'catalog');
  const entries = [...Object.entries(objectOf(root['nodes'])), ...Object.entries(objectOf(root['sources']))];
  const tables = entries.flatMap(([uniqueId, raw]): CatalogTable[] => {
    const table = objectOf(raw);
    const metadata = objectOf(table['metadata']);
    const identifier = text(metadata['name']);
    if (identifier === undefined) return [];
    const columns = Object.values(objectOf(table['columns']))
      .map(objectOf)
      .toSorted((a, b) => (number(a['index']) ?? 0) - (number(b['index']) ?? 0));
    return [
      {
        uniqueId,
        relation: {
          ...optional('database', text(metadata['database'])),
          ...optional('schema', text(metadata['schema'])),
          identifier,
        },
        ...optional('type', text(metadata['type'])),
        ...optional('owner', text(metadata['owner'])),
        ...optional('comment', text(metadata['comment'])),
        columns: columns.map((column) => ({
          name: text(column['name']) ?? '',
          type: text(column['type']) ?? '',
          ...optional('comment', text(column['comment'])),
        })),
        stats: objectOf(table['stats']),
      },
    ];
  });
  return { value: tables, diagnostics };
}

function results(root: Config): Config[] {
  return (Array.isArray(root['results']) ? (root['results'] as unknown[]) : []).map(objectOf);
}

export function readRunResults(source: string, path: string): Read<readonly RunResult[]> {
  const { value: root, diagnostics } = json(source, path, 'run-results');
  const value = results(root).flatMap((result): RunResult[] => {
    const [uniqueId, status] = [text(result['unique_id']), text(result['status'])];
    if (uniqueId === undefined || status === undefined) return [];
    const timing = Array.isArray(result['timing']) ? objectOf(result['timing'].at(-1)) : {};
    return [
      {
        uniqueId,
        status,
        ...optional('failures', number(result['failures'])),
        ...optional('executionTime', number(result['execution_time'])),
        ...optional('message', text(result['message'])),
        ...optional('completedAt', text(timing['completed_at'])),
      },
    ];
  });
  return { value, diagnostics };
}

export function readSourceFreshness(source: string, path: string): Read<readonly SourceFreshness[]> {
  const { value: root, diagnostics } = json(source, path, 'sources');
  const value = results(root).flatMap((result): SourceFreshness[] => {
    const uniqueId = text(result['unique_id']);
    if (uniqueId === undefined) return [];
    return [
      {
        uniqueId,
        status: text(result['status']) ?? 'unknown',
        ...optional('maxLoadedAt', text(result['max_loaded_at'])),
        ...optional('snapshottedAt', text(result['snapshotted_at'])),
        ...optional('ageSeconds', number(result['max_loaded_at_time_ago_in_s'])),
      },
    ];
  });
  return { value, diagnostics };
}
