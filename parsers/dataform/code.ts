/** What code in a Dataform project sees of the rest of it. */
import { folderOf, resolvePath, type ReadContext, type TracedFiles } from '../reader.ts';
import { interpret } from '../typescript/interpret.ts';
import { hostValue, native, text, unknown, type CallSite, type Value } from '../typescript/values.ts';
import type { DataformSettings } from './project.ts';

export const makers = ['publish', 'declare', 'operate', 'assert'] as const;

/** Who takes the actions that code makes; undefined: nobody. Includes call the same functions, whichever file calls the includes. */
export interface ActionSink {
  take?:
    | ((kind: (typeof makers)[number], args: readonly Value[], site: CallSite) => Value | undefined)
    | undefined;
}

export interface ProjectCode {
  readonly root: string;
  /** What code sees without importing it: `dataform.projectConfig`, and each file of `includes/` under its name. */
  readonly globals: ReadonlyMap<string, Value>;
  /** By path: files of `includes/` and beside the settings, each read when it is used. */
  readonly modules: ReadonlyMap<string, Value>;
}

export function projectCode(
  settings: DataformSettings,
  files: TracedFiles,
  context: ReadContext,
  sink: ActionSink = {},
): ProjectCode {
  const config: Value = {
    is: 'object',
    open: true,
    entries: new Map<string, Value>([
      ['vars', { is: 'object', entries: new Map(settings.vars), open: true }],
      [
        'defaultDatabase',
        settings.database === undefined ? unknown('defaultDatabase') : text(settings.database),
      ],
      ['defaultSchema', settings.schema === undefined ? unknown('defaultSchema') : text(settings.schema)],
    ]),
  };
  const made = makers.map(
    (kind) => [kind, native(kind, (args, site) => sink.take?.(kind, args, site))] as const,
  );
  const globals = new Map<string, Value>([
    ['dataform', { is: 'object', open: true, entries: new Map([['projectConfig', config], ...made]) }],
    ...made,
  ]);
  const modules = new Map<string, Value>();
  const code: ProjectCode = { root: settings.root, globals, modules };
  const prefix = settings.root === '' ? '' : `${settings.root}/`;
  for (const path of context.paths ?? []) {
    const inside = path.startsWith(prefix) ? path.slice(prefix.length) : '';
    const [, folder, name = ''] = /^(includes\/(?:.*\/)?)?([\w-]+)\.js$/.exec(inside) ?? [];
    if (name === '') continue;
    const value = moduleValue(path, name, code, settings, files);
    modules.set(path, value);
    if (folder === 'includes/') globals.set(name, value);
  }
  return code;
}

function moduleValue(
  path: string,
  name: string,
  code: ProjectCode,
  settings: DataformSettings,
  files: TracedFiles,
): Value {
  let exports: ReadonlyMap<string, Value> | undefined;
  const load = (): ReadonlyMap<string, Value> => {
    if (exports !== undefined) return exports;
    exports = new Map();
    const source = files.file(path);
    if (source === undefined) return exports;
    exports = interpret(path, source, {
      dialect: settings.dialect,
      libraries: [],
      globals: code.globals,
      importModule: (specifier) => importedFrom(specifier, path, code),
      uncalled: false,
    }).exports;
    return exports;
  };
  return hostValue({ type: name, get: (key) => load().get(key) });
}

/** `require("./constants")` from the file's own folder, `require("includes/constants")` and `require("config.js")` from the project's. A bare word is a package. */
export function importedFrom(
  specifier: string,
  path: string,
  { root, modules }: ProjectCode,
): ReadonlyMap<string, Value> | undefined {
  const isBeside = /^\.\.?\//.test(specifier);
  if (!isBeside && !/\/|\.js$/.test(specifier)) return undefined;
  const named = resolvePath(isBeside ? folderOf(path) : root, specifier.replace(/\.js$/, ''));
  const value = modules.get(`${named}.js`);
  return value === undefined ? undefined : new Map([['default', value]]);
}
