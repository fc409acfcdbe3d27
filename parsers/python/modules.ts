import { commitKey, folderOf, joinPath, type ReadContext, type TracedFiles } from '../reader.ts';
import { newRun, type Run } from './run.ts';
import { run as runStatements } from './statements.ts';
import { parsePython } from './tree.ts';
import type { Scope } from './values.ts';

const maxDepth = 12;
const budget = 50_000;

/** A module that was read: its names, and the files that they depend on, its own first. */
interface Module {
  readonly scope: Scope;
  readonly files: Set<string>;
}

type Modules = Map<string, Module | 'being read'>;

/** Modules are the same for all files of a commit: they are kept as long as its list of paths. */
const known = new WeakMap<object, Modules>();

/** Finds modules of the repository from a file's own place: relative ones by their dots, others beside the file and in the folders above it. */
export function moduleImporter(path: string, files: TracedFiles, context: ReadContext): Run['importModule'] {
  const modules: Modules = known.get(commitKey(context)) ?? new Map<string, Module | 'being read'>();
  known.set(commitKey(context), modules);
  const used = new Set<string>();
  const importModule = importerAt(path, context, modules, used, 0);
  return (dots, module) => {
    const scope = importModule(dots, module);
    for (const each of used) files.file(each);
    used.clear();
    return scope;
  };
}

function importerAt(
  path: string,
  context: ReadContext,
  modules: Modules,
  used: Set<string>,
  depth: number,
): Run['importModule'] {
  return (dots, module) => {
    if (depth >= maxDepth || (dots === 0 && isForeign(module))) return undefined;
    for (const candidate of candidates(path, dots, module)) {
      const found = modules.get(candidate) ?? readModule(candidate, context, modules, depth);
      if (found === undefined) continue;
      if (found === 'being read') return undefined;
      for (const file of found.files) used.add(file);
      return found.scope;
    }
    return undefined;
  };
}

function readModule(path: string, context: ReadContext, modules: Modules, depth: number): Module | undefined {
  const text = context.file?.(path)?.text;
  if (text === undefined || text.length > 500_000) return undefined;
  modules.set(path, 'being read');
  const scope: Scope = { names: new Map(), outer: undefined };
  const files = new Set([path]);
  const file = parsePython(text);
  const importModule = importerAt(path, context, modules, files, depth + 1);
  // Run for its names: what a module's own top level writes belongs to its own facts.
  const { dialect } = context;
  runStatements(file.root, scope, newRun({ path, dialect, libraries: [], importModule, file, budget }));
  const module: Module = { scope, files };
  modules.set(path, module);
  return module;
}

const isForeign = (module: string): boolean =>
  module === '' ||
  /^(airflow|pyspark|pandas|numpy|google|typing|datetime|os|sys|re|json|logging|pathlib|functools|itertools|collections|dataclasses|sqlalchemy|snowflake|boto3|requests|delta|__future__|abc|enum|time|math|pendulum)(\.|$)/.test(
    module,
  );

function candidates(path: string, dots: number, module: string): string[] {
  const file = module.replace(/\./g, '/');
  let folder = folderOf(path);
  const bases: string[] = [];
  if (dots > 0) {
    for (let up = 1; up < dots; up++) folder = folderOf(folder);
    bases.push(folder);
  } else {
    for (let at = folder, steps = 0; steps < 6; at = folderOf(at), steps++) {
      bases.push(at);
      if (at === '') break;
    }
    bases.push('src');
  }
  return bases.flatMap((base) =>
    file === ''
      ? [joinPath(base, '__init__.py')]
      : [joinPath(base, `${file}.py`), joinPath(base, file, '__init__.py')],
  );
}
