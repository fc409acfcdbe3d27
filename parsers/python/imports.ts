import type { Run } from './run.ts';
import { allChildren, type PyNode } from './tree.ts';
import type { Scope, Value } from './values.ts';

/** `import a.b as c`, `from .m import x as y`: names of the repository's own modules get their values, others their dotted names. */
export function importNames(node: PyNode, scope: Scope, run: Run): void {
  const children = allChildren(node).filter((child) => !/^(Comment|[()])$/.test(child.name));
  const words = children.map((child) => run.file.source(child));
  const from = words[0] === 'from';
  const at = from ? words.indexOf('import') : 0;
  const module = from ? words.slice(1, at) : [];
  const dots = module.join('').match(/^\.+/)?.[0].length ?? 0;
  const moduleName = module.join('').slice(dots);
  const own = from ? run.importModule(dots, moduleName) : undefined;
  for (const { name, alias } of importedNames(words.slice(at + 1))) {
    if (!from) {
      const [head = ''] = name.split('.');
      scope.names.set(alias ?? head, { is: 'name', path: alias === undefined ? head : name });
    } else if (name === '*') {
      for (const [key, value] of own?.names ?? []) scope.names.set(key, foreign(value));
    } else {
      const member = own?.names.get(name);
      const value =
        member === undefined ? submodule(run, dots, moduleName, name, own !== undefined) : foreign(member);
      scope.names.set(
        alias ?? name,
        value ?? { is: 'name', path: moduleName === '' ? name : `${moduleName}.${name}` },
      );
    }
  }
}

/** `from package import module`: the module's names as an object. */
function submodule(
  run: Run,
  dots: number,
  module: string,
  name: string,
  isModule: boolean,
): Value | undefined {
  if (isModule) return undefined;
  const inner = run.importModule(dots, module === '' ? name : `${module}.${name}`);
  if (inner === undefined) return undefined;
  const fields = new Map([...inner.names].map(([key, value]) => [key, foreign(value)] as const));
  return { is: 'object', type: module === '' ? name : `${module}.${name}`, fields };
}

/** A text from another file has no line in this one. */
function foreign(value: Value): Value {
  if (value.is !== 'text') return value;
  return { is: 'text', text: value.text };
}

function importedNames(words: readonly string[]): { name: string; alias?: string }[] {
  const out: { name: string; alias?: string }[] = [];
  let name = '';
  let alias: string | undefined;
  let naming = false;
  const push = (): void => {
    if (name !== '') out.push(alias === undefined ? { name } : { name, alias });
    [name, alias, naming] = ['', undefined, false];
  };
  for (const word of words) {
    if (word === ',') push();
    else if (word === 'as') naming = true;
    else if (naming) alias = word;
    else name += word;
  }
  push();
  return out;
}
