/** From a repository's files to a project: its packages and its profile found, nothing parsed yet. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { resolvePath } from '../reader.ts';
import { baseName, dirName, isUnder } from './paths.ts';
import {
  localPackages,
  readProfile,
  readProjectFile,
  type Profile,
  type ProjectFile,
} from './project-file.ts';
import { DbtProject, type DbtOptions } from './project.ts';

/**
 * Reads the project at `root` from the repository's files; costs one scan of them and no template is parsed yet.
 * @param files path → text of the project's folder, its packages and whatever its paths point to
 * @param root folder of dbt_project.yml, '' for the repository's own
 */
export function loadDbtProject(
  files: ReadonlyMap<string, string>,
  root: string,
  options: DbtOptions = {},
): DbtProject {
  const diagnostics: Diagnostic[] = [];
  const read = (folder: string): ProjectFile | undefined => {
    const path = ['dbt_project.yml', 'dbt_project.yaml']
      .map((name) => resolvePath(folder, name))
      .find((candidate) => files.has(candidate));
    return path === undefined ? undefined : readProjectFile(files.get(path) ?? '', path, folder, diagnostics);
  };
  const file = read(root) ?? readProjectFile('', resolvePath(root, 'dbt_project.yml'), root, diagnostics);
  const packages = new Map([[file.name, file]]);
  for (const folder of packageFolders(files, file, diagnostics)) {
    const found = read(folder);
    if (found && !packages.has(found.name)) packages.set(found.name, found);
  }
  return new DbtProject(
    files,
    packages,
    file,
    profileOf(files, file, options.env ?? {}, diagnostics),
    options,
    diagnostics,
  );
}

/** Folders of vendored packages and of those that packages.yml takes from the repository itself. */
function packageFolders(
  files: ReadonlyMap<string, string>,
  file: ProjectFile,
  diagnostics: Diagnostic[],
): Set<string> {
  const folders = new Set<string>();
  const vendored = [file.packagesPath, resolvePath(file.root, 'dbt_modules')];
  for (const path of files.keys()) {
    if (!/(^|\/)dbt_project\.ya?ml$/.test(path)) continue;
    const folder = dirName(path);
    if (vendored.includes(dirName(folder))) folders.add(folder);
  }
  const local = localPackages(file.root, (path) => files.get(path), diagnostics);
  return folders.union(new Set(local));
}

/** profiles.yml beside the project, in its folders `profiles`, `.dbt` and `ci`, or above. */
function profileOf(
  files: ReadonlyMap<string, string>,
  file: ProjectFile,
  env: Readonly<Record<string, string>>,
  diagnostics: Diagnostic[],
): Profile | undefined {
  const near = [
    '',
    'profiles',
    '.dbt',
    'profile',
    'ci',
    'config',
    '..',
    '../profiles',
    '../..',
    '../../profiles',
    '../profile',
  ];
  const paths = near.flatMap((folder) =>
    ['profiles.yml', 'profiles.yaml'].map((name) => resolvePath(file.root, folder, name)),
  );
  const others = Array.from(files.keys()).filter(
    (path) => /^profiles(\.\w+)?\.ya?ml$/.test(baseName(path)) && isUnder(path, file.root),
  );
  for (const path of new Set([...paths, ...others])) {
    const text = files.get(path);
    const profile = text === undefined ? undefined : readProfile(text, path, file.profile, env, diagnostics);
    if (profile) return profile;
  }
  return undefined;
}
