import { own } from '../schema/contracts/own.ts';
import { bqetlRoots } from './bqetl/layout.ts';
import { fileName, folderOf, type ProjectContext } from './reader.ts';

const markers: Readonly<Record<string, ProjectContext['kind']>> = {
  'dbt_project.yml': 'dbt',
  'dbt_project.yaml': 'dbt',
  'dataform.json': 'dataform',
  'workflow_settings.yaml': 'dataform',
};

/** The projects among a commit's paths, by kind and root. Vendored dbt packages (`dbt_packages/`, `dbt_modules/`) belong to the project that
 * vendors them. */
export function detectProjects(paths: readonly string[]): ProjectContext[] {
  const found = new Map<string, ProjectContext>();
  for (const path of paths) {
    const kind = own(markers, fileName(path));
    if (kind === undefined || /(^|\/)(dbt_packages|dbt_modules|node_modules)\//.test(path)) continue;
    const root = folderOf(path);
    found.set(`${kind}:${root}`, { kind, root });
  }
  for (const root of bqetlRoots(paths)) found.set(`bqetl:${root}`, { kind: 'bqetl', root });
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, project]) => project);
}
