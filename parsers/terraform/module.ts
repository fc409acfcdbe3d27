/** What the files of one Terraform module say to each other: variables, locals, and attributes of resources. */
import { folderOf, joinPath, resolvePath, type TracedFiles } from '../reader.ts';
import { parseHcl, type Block, type Hcl } from './hcl.ts';

/** Files that a module's names are looked up in, beside the file that is read. Each is asked for, so that one that comes to be is noticed. */
const siblings = ['variables', 'vars', 'locals', 'main', 'dataset', 'datasets', 'bigquery', 'providers'];

export interface Module {
  /** A text with its templates filled in; `{name}` for what is not known. Undefined: no text. */
  readonly text: (value: Hcl | undefined) => string | undefined;
  /** The value that a reference means, as far as it is known. */
  readonly value: (value: Hcl | undefined) => Hcl | undefined;
  /** The text of a file that `file(…)` or `templatefile(…)` names, with its path; undefined where there is none. */
  readonly file: (value: Hcl | undefined) => { readonly path: string; readonly text: string } | undefined;
}

const deepest = 20;

/** Files that several others look names up in, parsed once a commit. */
const parsed = new WeakMap<object, Map<string, Block>>();

/** `commit`: the `commitKey` of the files. */
export function moduleOf(path: string, own: Block, files: TracedFiles, commit: object): Module {
  const known = parsed.get(commit) ?? new Map<string, Block>();
  parsed.set(commit, known);
  const folder = folderOf(path);
  const others = siblings
    .map((name) => joinPath(folder, `${name}.tf`))
    .filter((other) => other !== path)
    .flatMap((other) => {
      const text = files.file(other);
      if (text === undefined) return [];
      const block = known.get(other) ?? parseHcl(text);
      known.set(other, block);
      return [block];
    });
  const names = namesOf([...others, own]);

  const value = (given: Hcl | undefined, depth = 0): Hcl | undefined => {
    if (given?.is !== 'reference' || depth > deepest) return given;
    const known = names.get(given.path.slice(0, 3).join('.')) ?? names.get(given.path.slice(0, 2).join('.'));
    return known === undefined ? given : value(known, depth + 1);
  };
  const text = (given: Hcl | undefined, depth = 0): string | undefined => {
    const known = value(given);
    if (known === undefined || depth > deepest) return undefined;
    if (known.is === 'text')
      return known.text.replace(/[$%]\{([^{}]*)\}/g, (_, code: string) =>
        /^\s*[\w.-]+\s*$/.test(code)
          ? (text({ is: 'reference', path: code.trim().split('.') }, depth + 1) ?? '{value}')
          : '{value}',
      );
    if (known.is === 'number' || known.is === 'boolean') return String(known.value);
    return known.is === 'reference' ? `{${known.path.join('_')}}` : undefined;
  };
  const file: Module['file'] = (given) => {
    const known = value(given);
    if (known?.is !== 'call' || !/^(file|templatefile)$/.test(known.name)) return undefined;
    const named = known.args[0]?.is === 'text' ? known.args[0].text : '';
    const other = resolvePath(folder, named.replace(/^\$\{path\.(module|root)\}\//, ''));
    const found = named === '' || other.includes('${') ? undefined : files.file(other);
    return found === undefined ? undefined : { path: other, text: found };
  };
  return { text, value, file };
}

/** `local.x`, `var.x` by their defaults, `type.name.attribute`. */
function namesOf(files: readonly Block[]): Map<string, Hcl> {
  const names = new Map<string, Hcl>();
  for (const block of files.flatMap(({ blocks }) => blocks)) {
    const [type = '', name = ''] = block.labels;
    if (block.type === 'locals')
      for (const [key, value] of block.attributes) names.set(`local.${key}`, value);
    const fallback = block.attributes.get('default');
    if (block.type === 'variable' && fallback !== undefined) names.set(`var.${type}`, fallback);
    if (block.type === 'resource')
      for (const [key, value] of block.attributes) names.set(`${type}.${name}.${key}`, value);
  }
  return names;
}
