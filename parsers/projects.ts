import { own } from '../schema/contracts/own.ts';
import { bqetlRoots } from './bqetl/layout.ts';
import { isUnder } from './dbt/paths.ts';
import { localPackages, packageLists, readProjectFile } from './dbt/project-file.ts';
import { fileName, folderOf, type ProjectContext } from './reader.ts';

const markers: Readonly<Record<string, ProjectContext['kind']>> = {
  'dbt_project.yml': 'dbt',
  'dbt_project.yaml': 'dbt',
  'dataform.json': 'dataform',
  'workflow_settings.yaml': 'dataform',
};

const isVendored = (path: string): boolean => /(^|\/)(dbt_packages|dbt_modules|node_modules)\//.test(path);

/** The files whose text `detectProjects` asks for. */
export const projectMarkers = (paths: readonly string[]): string[] =>
  paths.filter(
    (path) =>
      (own(markers, fileName(path)) === 'dbt' || packageLists.includes(fileName(path))) && !isVendored(path),
  );

/**
 * The projects among a commit's paths, by kind and root. Vendored dbt packages (`dbt_packages/`, `dbt_modules/`) belong to the project that
 * vendors them. `textOf` gives the texts of `projectMarkers`; without it no project reaches out of its folder.
 */
export function detectProjects(
  paths: readonly string[],
  textOf: (path: string) => string | undefined = () => undefined,
): ProjectContext[] {
  const found = new Map<string, ProjectContext>();
  for (const path of paths) {
    const kind = own(markers, fileName(path));
    if (kind === undefined || isVendored(path)) continue;
    const root = folderOf(path);
    const reach =
      kind === 'dbt' ? [...outside(textOf(path), path, root), ...localPackages(root, textOf, [])] : [];
    found.set(`${kind}:${root}`, { kind, root, ...(reach.length > 0 && { reach }) });
  }
  for (const root of bqetlRoots(paths)) found.set(`bqetl:${root}`, { kind: 'bqetl', root });
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, project]) => project);
}

/** Folders beside the project that its paths name. One that holds the project says nothing of which files are its own. */
function outside(text: string | undefined, path: string, root: string): string[] {
  if (text === undefined || !text.includes('..')) return [];
  const folders = Object.values(readProjectFile(text, path, root, []).paths).flat();
  return [...new Set(folders)].filter((folder) => !isUnder(folder, root) && !isUnder(root, folder));
}
