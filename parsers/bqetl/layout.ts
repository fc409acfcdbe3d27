import type { NameRef } from '../../schema/contracts/names.ts';
import { joinPath, projectOf, type ProjectContext, type ReadContext } from '../reader.ts';

/** A file's place in the layout `sql/<project>/<dataset>/<table>/<file>`. */
export interface TablePlace {
  readonly project: ProjectContext;
  readonly table: NameRef;
  readonly folder: string;
  readonly file: string;
}

/** Null when the path does not stand in a table's folder of a bigquery-etl project. */
export function tablePlace(path: string, context: ReadContext): TablePlace | null {
  const project = projectOf(path, 'bqetl', context);
  if (project === undefined) return null;
  const inside = project.root === '' ? path : path.slice(project.root.length + 1);
  const [sql, cloud, dataset, table, file, ...rest] = inside.split('/');
  if (sql !== 'sql' || !cloud || !dataset || !table || !file || rest.length > 0) return null;
  const folder = joinPath(project.root, 'sql', cloud, dataset, table);
  return { project, table: { parts: [cloud, dataset, table] }, folder, file };
}

/** Roots of bigquery-etl projects: folders that hold `sql/<project>/<dataset>/<table>/metadata.yaml` or `…/<dataset>/dataset_metadata.yaml`. */
export function bqetlRoots(paths: readonly string[]): string[] {
  const roots = new Set<string>();
  for (const path of paths) {
    const match =
      /^(?:(.*)\/)?sql\/[^/]+\/[^/]+\/[^/]+\/metadata\.yaml$/.exec(path) ??
      /^(?:(.*)\/)?sql\/[^/]+\/[^/]+\/dataset_metadata\.yaml$/.exec(path);
    // A project's own test data has the same layout and describes no real table.
    if (match !== null && !/(^|\/)tests?$/.test(match[1] ?? '')) roots.add(match[1] ?? '');
  }
  return [...roots].sort();
}

/** The task that bigquery-etl's scheduler makes of a table: `<dataset>__<name>__v<version>`. */
export function taskId(table: NameRef): string {
  const [, dataset = '', name = ''] = table.parts;
  const match = /^(.*)_(v\d+)$/.exec(name);
  return match === null ? `${dataset}__${name}` : `${dataset}__${match[1]}__${match[2]}`;
}
