import { commitKey, folderOf, joinPath, resolvePath, type ReadContext, type TracedFiles } from '../reader.ts';
import { interpret, type InterpretOptions } from './interpret.ts';
import type { Run } from './run.ts';
import type { Value } from './values.ts';

const maxDepth = 12;

/** A module that was read: what it exports, and the files that this depends on, its own first. */
interface Module {
  readonly exports: ReadonlyMap<string, Value>;
  readonly files: Set<string>;
}

type Modules = Map<string, Module | 'being read'>;

/** Modules are the same for all files of a commit: they are kept as long as its list of paths. */
const known = new WeakMap<object, Modules>();

/** Exports of the modules that a file imports by relative path. A module's own effects belong to its own facts. */
export function moduleImporter(
  path: string,
  files: TracedFiles,
  context: ReadContext,
  options: InterpretOptions,
): Run['importModule'] {
  const modules: Modules = known.get(commitKey(context)) ?? new Map<string, Module | 'being read'>();
  known.set(commitKey(context), modules);
  return (specifier) => {
    const used = new Set<string>();
    const exports = importerAt(
      path,
      context,
      { ...options, libraries: [], tags: [] },
      modules,
      used,
      0,
    )(specifier);
    for (const each of used) files.file(each);
    return exports;
  };
}

function importerAt(
  path: string,
  context: ReadContext,
  options: InterpretOptions,
  modules: Modules,
  used: Set<string>,
  depth: number,
): Run['importModule'] {
  return (specifier) => {
    if (!specifier.startsWith('.') || depth >= maxDepth) return undefined;
    for (const candidate of candidates(path, specifier)) {
      const found = modules.get(candidate) ?? readModule(candidate, context, options, modules, depth);
      if (found === undefined) continue;
      if (found === 'being read') return undefined;
      for (const file of found.files) used.add(file);
      return found.exports;
    }
    return undefined;
  };
}

function readModule(
  path: string,
  context: ReadContext,
  options: InterpretOptions,
  modules: Modules,
  depth: number,
): Module | undefined {
  const text = context.file?.(path)?.text;
  if (text === undefined || text.length > 500_000) return undefined;
  modules.set(path, 'being read');
  const files = new Set([path]);
  const importModule = importerAt(path, context, options, modules, files, depth + 1);
  const { exports } = interpret(path, text, { ...options, importModule, uncalled: false, budget: 30_000 });
  const module: Module = { exports, files };
  modules.set(path, module);
  return module;
}

function candidates(path: string, specifier: string): string[] {
  const base = resolvePath(folderOf(path), specifier);
  const bare = base.replace(/\.[cm]?[jt]sx?$/, '');
  const endings = ['.ts', '.tsx', '.js', '.mjs', '.cjs'].map((ending) => bare + ending);
  const indexes = ['index.ts', 'index.js'].map((name) => joinPath(base, name));
  return [base, ...endings, ...indexes].filter((name) => /\.[cm]?[jt]sx?$/.test(name));
}
