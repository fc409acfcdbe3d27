/** The dbt project that a path belongs to, loaded once a commit from the commit's files. */
import type { ProjectContext, ReadContext } from '../../reader.ts';
import { joinPath, projectOf } from '../../reader.ts';
import { loadDbtProject } from '../load.ts';
import { artifactNames, type ArtifactText } from '../run-artifacts.ts';
import type { DbtProject } from '../project.ts';

const wanted = /\.(sql|ya?ml|md|py|csv)$/i;
const unread = /(^|\/)(target|logs|node_modules|\.git|venv|\.venv)\//;
const committedArtifact = /^target\/(manifest|catalog|run_results|sources)\.json$/;

/** Projects by the list of paths of a commit, which is one array as long as the commit is read. */
const loaded = new WeakMap<readonly string[], Map<string, DbtProject>>();

/** Null when the context gives no paths and files, so that the project cannot be seen. */
export function projectAt(
  path: string,
  context: ReadContext,
): { project: DbtProject; place: ProjectContext } | null {
  const place = projectOf(path, 'dbt', context);
  const { paths, file } = context;
  if (place === undefined || paths === undefined || file === undefined) return null;
  const known = loaded.get(paths) ?? new Map<string, DbtProject>();
  loaded.set(paths, known);
  const key = `${place.root} ${context.dialect}`;
  let project = known.get(key);
  if (project === undefined) {
    project = load(place, context, paths, file);
    known.set(key, project);
  }
  return { project, place };
}

function load(
  place: ProjectContext,
  context: ReadContext,
  paths: readonly string[],
  file: NonNullable<ReadContext['file']>,
): DbtProject {
  const own = dbtFiles([place], paths);
  context.preload?.(own);
  const files = new Map<string, string>();
  for (const path of own) {
    const source = file(path);
    if (source !== undefined) files.set(path, source.text);
  }
  return loadDbtProject(files, place.root, {
    dialect: context.dialect,
    vars: context.vars ?? {},
    artifacts: artifactsOf(place, context, file),
  });
}

/** Files of the project's own `target` folder that are committed, then those that the configuration gives. */
function artifactsOf(
  { root }: ProjectContext,
  { artifacts = [] }: ReadContext,
  file: NonNullable<ReadContext['file']>,
): readonly ArtifactText[] {
  const committed = artifactNames.flatMap((name) => {
    const path = joinPath(root, 'target', `${name}.json`);
    const found = file(path);
    return found === undefined ? [] : [{ name, path, text: found.text }];
  });
  // The same array where it may be: what was read of it is remembered by it.
  return committed.length === 0 ? artifacts : [...committed, ...artifacts];
}

/** The files that dbt projects are loaded from: all that they may read, and profiles wherever they lie. */
export function dbtFiles(projects: readonly ProjectContext[], paths: readonly string[]): string[] {
  const folders = projects
    .filter((project) => project.kind === 'dbt')
    .flatMap(({ root, reach = [] }) => [root, ...reach].map((folder) => (folder === '' ? '' : `${folder}/`)));
  if (folders.length === 0) return [];
  return paths.filter(
    (path) =>
      /(^|\/)profiles\.ya?ml$/.test(path) ||
      folders.some(
        (root) =>
          path.startsWith(root) &&
          ((wanted.test(path) && !unread.test(path.slice(root.length))) ||
            committedArtifact.test(path.slice(root.length))),
      ),
  );
}
