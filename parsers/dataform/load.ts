import { commitKey, type ProjectContext, type ReadContext, type TracedFiles } from '../reader.ts';
import { projectCode, type ActionSink, type ProjectCode } from './code.ts';
import { actionIndex, type ActionIndex, type LocatedAddress } from './names.ts';
import { dataformSettings, type DataformSettings } from './project.ts';
import { jsAddresses } from './read-js.ts';
import { sqlxHead } from './read-sqlx.ts';
import { splitSqlx } from './sqlx.ts';

/** What all files of a Dataform project share. */
export interface LoadedProject {
  readonly settings: DataformSettings;
  /** Reading a file of it traces that. */
  readonly code: ProjectCode;
  readonly sink: ActionSink;
  readonly index: ActionIndex;
}

/** A project's index is the same for all its files: it is kept as long as the commit's list of paths. */
const indexes = new WeakMap<object, Map<string, ActionIndex>>();

/** Settings and includes are read through `files`, so that they are traced; the index is read apart from it, since `ref:` entries trace its answers. */
export function loadDataformProject(
  project: ProjectContext,
  context: ReadContext,
  files: TracedFiles,
): LoadedProject {
  const settings = dataformSettings(project, files);
  const sink: ActionSink = {};
  const code = projectCode(settings, files, context, sink);
  return { settings, code, sink, index: indexOf(project, context) };
}

export function indexOf(project: ProjectContext, context: ReadContext): ActionIndex {
  const known = indexes.get(commitKey(context))?.get(project.root);
  if (known !== undefined) return known;
  const untraced: TracedFiles = { trace: {}, file: (path) => context.file?.(path)?.text };
  const settings = dataformSettings(project, untraced);
  const sink: ActionSink = {};
  const shared = { settings, sink, code: projectCode(settings, untraced, context, sink) };
  const actions: LocatedAddress[] = [];
  context.preload?.((context.paths ?? []).filter((path) => isDefinition(path, project)));
  for (const path of context.paths ?? []) {
    if (!isDefinition(path, project)) continue;
    const text = untraced.file(path);
    if (text === undefined || text.length > 500_000) continue;
    const found = path.endsWith('.sqlx')
      ? [sqlxHead(path, splitSqlx(text), shared).address]
      : jsAddresses(path, text, shared);
    actions.push(...found.map((address) => ({ address, path })));
  }
  const index = actionIndex(actions);
  const all = indexes.get(commitKey(context)) ?? new Map<string, ActionIndex>();
  indexes.set(commitKey(context), all.set(project.root, index));
  return index;
}

/** The files that settings, includes and indexes of Dataform projects are read from. */
export function dataformFiles(projects: readonly ProjectContext[], paths: readonly string[]): string[] {
  const roots = projects
    .filter(({ kind }) => kind === 'dataform')
    .map(({ root }) => (root === '' ? '' : `${root}/`));
  if (roots.length === 0) return [];
  const read = /^(workflow_settings\.yaml|dataform\.json|[\w-]+\.js|(definitions|includes)\/.*\.(sqlx|js))$/;
  return paths.filter((path) =>
    roots.some((root) => path.startsWith(root) && read.test(path.slice(root.length))),
  );
}

export function isDefinition(path: string, project: ProjectContext): boolean {
  const prefix = project.root === '' ? '' : `${project.root}/`;
  return path.startsWith(`${prefix}definitions/`) && /\.(sqlx|js)$/.test(path);
}
