import { own } from '../../schema/contracts/own.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import {
  folderOf,
  joinPath,
  textHash,
  type ProjectContext,
  type ReadContext,
  type TracedFiles,
} from '../reader.ts';
import { interpret } from '../typescript/interpret.ts';
import { hostValue, native, text, unknown, type CallSite, type Value } from '../typescript/values.ts';
import { readYaml } from '../yaml/document.ts';

/** Settings of a Dataform project (`workflow_settings.yaml`, or `dataform.json` in its older form). */
export interface DataformSettings {
  readonly root: string;
  readonly database?: string;
  readonly schema?: string;
  readonly assertionSchema?: string;
  readonly dialect: Dialect;
  readonly vars: ReadonlyMap<string, Value>;
}

const warehouses: Readonly<Record<string, Dialect>> = {
  bigquery: 'bigquery',
  snowflake: 'snowflake',
  redshift: 'redshift',
  postgres: 'postgres',
  sqldatawarehouse: 'generic',
};

export function dataformSettings(project: ProjectContext, files: TracedFiles): DataformSettings {
  for (const name of ['workflow_settings.yaml', 'dataform.json']) {
    const path = joinPath(project.root, name);
    const source = files.file(path);
    const root = source === undefined ? undefined : readYaml(path, source).root;
    if (root === undefined) continue;
    const of = (...keys: string[]): string | undefined =>
      keys.map((key) => root.get(key)?.text()).find((v) => v !== undefined);
    const database = of('defaultProject', 'defaultDatabase');
    const schema = of('defaultDataset', 'defaultSchema');
    const assertionSchema = of('defaultAssertionDataset', 'assertionSchema');
    const vars = (root.get('vars')?.entries() ?? []).map(
      ([key, value]) => [key, text(value.text() ?? '')] as const,
    );
    return {
      root: project.root,
      ...(database === undefined ? {} : { database }),
      ...(schema === undefined ? {} : { schema }),
      ...(assertionSchema === undefined ? {} : { assertionSchema }),
      dialect: own(warehouses, of('warehouse') ?? 'bigquery') ?? 'bigquery',
      vars: new Map(vars),
    };
  }
  return { root: project.root, dialect: 'bigquery', vars: new Map() };
}

/** What code in a project sees without importing it: `dataform.projectConfig`, and each file of `includes/` under its name, read when it is used. */
export const makers = ['publish', 'declare', 'operate', 'assert'] as const;

/** Who takes the actions that code makes; undefined: nobody. Includes call the same functions, whichever file calls the includes. */
export interface ActionSink {
  take?:
    | ((kind: (typeof makers)[number], args: readonly Value[], site: CallSite) => Value | undefined)
    | undefined;
}

export function projectGlobals(
  settings: DataformSettings,
  files: TracedFiles,
  context: ReadContext,
  sink: ActionSink = {},
): ReadonlyMap<string, Value> {
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
  for (const path of context.paths ?? []) {
    const inside =
      settings.root === ''
        ? path
        : path.startsWith(`${settings.root}/`)
          ? path.slice(settings.root.length + 1)
          : '';
    const name = /^includes\/([\w-]+)\.js$/.exec(inside)?.[1];
    if (name !== undefined) globals.set(name, includeValue(path, name, globals, settings, files));
    const beside = /^([\w-]+)\.js$/.exec(inside)?.[1];
    if (beside !== undefined)
      globals.set(`./${beside}`, includeValue(path, beside, globals, settings, files));
  }
  return globals;
}

function includeValue(
  path: string,
  name: string,
  globals: ReadonlyMap<string, Value>,
  settings: DataformSettings,
  files: TracedFiles,
): Value {
  let exports: ReadonlyMap<string, Value> | undefined;
  const load = (): ReadonlyMap<string, Value> => {
    if (exports !== undefined) return exports;
    exports = new Map();
    const source = files.file(path);
    if (source === undefined) return exports;
    const importModule = (specifier: string): ReadonlyMap<string, Value> | undefined =>
      importedFrom(specifier, path, globals);
    exports = interpret(path, source, {
      dialect: settings.dialect,
      libraries: [],
      globals,
      importModule,
      uncalled: false,
    }).exports;
    return exports;
  };
  return hostValue({ type: name, get: (key) => load().get(key) });
}

/** `require("./constants")` inside `includes/`, `require("includes/constants")` anywhere: the global of that name. `require("config.js")`: a file beside the settings. */
export function importedFrom(
  specifier: string,
  path: string,
  globals: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> | undefined {
  const inIncludes = /(^|\/)includes$/.test(folderOf(path));
  const match =
    /^(?:\.?\/?(?:\.\.\/)*)includes\/([\w-]+)(?:\.js)?$/.exec(specifier) ??
    (inIncludes ? /^\.\/([\w-]+)(?:\.js)?$/.exec(specifier) : null);
  const beside = /^(?:\.?\/?(?:\.\.\/)*)([\w-]+)(?:\.js)?$/.exec(specifier)?.[1];
  const value = globals.get(match?.[1] ?? `./${beside ?? ''}`);
  return value === undefined ? undefined : new Map([['default', value]]);
}

export const traceRef = (trace: Record<string, string>, name: string, address: string): void => {
  trace[`ref:${name}`] = textHash(address);
};
