/** dbt's selectors, over what facts tell of a project's nodes. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { DbtModel } from './dbt-models.ts';

/** Tables that a table reads, and tables that read it. */
export interface Neighbours {
  readonly up: (table: TableId) => Iterable<TableId>;
  readonly down: (table: TableId) => Iterable<TableId>;
}

/** What `dbt run --select … --exclude …` takes of the models. Null where a selector is of a kind that facts cannot answer (`state:`, `@`, `result:`). */
export function selectModels(
  models: readonly DbtModel[],
  select: readonly string[],
  exclude: readonly string[],
  neighbours: Neighbours,
): readonly DbtModel[] | null {
  const chosen = select.length === 0 ? new Set(models) : union(models, select, neighbours);
  const left = union(models, exclude, neighbours);
  return chosen && left && [...chosen].filter((model) => !left.has(model));
}

function union(
  models: readonly DbtModel[],
  words: readonly string[],
  around: Neighbours,
): Set<DbtModel> | null {
  const all = new Set<DbtModel>();
  for (const word of words) {
    const parts = word.split(',').map((part) => matching(models, part, around));
    const [first, ...others] = parts;
    if (!first || others.includes(null)) return null;
    for (const model of first) if (others.every((other) => other?.has(model))) all.add(model);
  }
  return all;
}

/** Kinds of things that no run builds: by themselves they select no model. */
const unbuilt = /^(source|exposure|metric|semantic_model|test_name|test_type|unit_test)$/;

function matching(models: readonly DbtModel[], written: string, around: Neighbours): Set<DbtModel> | null {
  const [, up, depthUp = '', named, value = '', down, depthDown = ''] =
    /^((\d*)\+)?(?:([a-z_][\w.]*):)?(.*?)(\+(\d*))?$/.exec(written) ?? [];
  if (value === '' || value.startsWith('@')) return null;
  const kind = named ?? (/\/|\.(sql|py|csv)$/.test(value) ? 'path' : 'fqn');
  if (unbuilt.test(kind)) return up === undefined && down === undefined ? new Set() : null;
  const matches = kinds.get(kind);
  if (matches === undefined) return null;
  const found = new Set(models.filter((model) => matches(model, value)));
  const byTable = Map.groupBy(models, ({ table }) => table);
  const near = (next: Neighbours['up'], depth: string): DbtModel[] =>
    reach([...found].map(({ table }) => table), next, depth === '' ? Infinity : Number(depth)).flatMap((table) => byTable.get(table) ?? []); // prettier-ignore
  return new Set([
    ...found,
    ...(up === undefined ? [] : near(around.up, depthUp)),
    ...(down === undefined ? [] : near(around.down, depthDown)),
  ]);
}

function reach(from: readonly TableId[], next: Neighbours['up'], depth: number): TableId[] {
  const seen = new Set(from);
  let edge = from;
  for (let step = 0; step < depth && edge.length > 0; step += 1) {
    edge = edge.flatMap((table) => [...next(table)].filter((other) => !seen.has(other)));
    for (const table of edge) seen.add(table);
  }
  return [...seen];
}

const kinds: ReadonlyMap<string, (model: DbtModel, value: string) => boolean> = new Map([
  ['fqn', ({ fqn }, value) => isNamed(fqn, value) || isNamed(fqn.slice(1), value)],
  ['tag', ({ tags }, value) => [...tags].some((tag) => glob(value, tag))],
  ['path', ({ path }, value) => isBelow(path, value.replace(/^\.\//, '').replace(/\/+$/, ''))],
  ['file', ({ path }, value) => glob(value, path.split('/').at(-1) ?? '') || glob(value, path.replace(/^.*\/|\.\w+$/g, ''))], // prettier-ignore
  ['package', (model, value) => glob(value, model.package)],
  ['resource_type', ({ type }, value) => type === value],
  ['config.materialized', ({ kind }, value) => kind === value],
]);

/** The last part of the name, or all of it from its beginning; behind a wildcard the rest must match as one. */
function isNamed(fqn: readonly string[], value: string): boolean {
  if (glob(value, fqn.at(-1) ?? '')) return true;
  const parts = value.split('.');
  const flat = fqn.flatMap((part) => part.split('.'));
  if (flat.length < parts.length) return false;
  const wild = parts.findIndex((part) => /[*?[\]]/.test(part));
  const plain = wild < 0 ? parts : parts.slice(0, wild);
  if (!plain.every((part, index) => part === flat[index])) return false;
  return wild < 0 || glob(parts.slice(wild).join('.'), flat.slice(wild).join('.'));
}

const isBelow = (path: string, folder: string): boolean =>
  path.split('/').some((_, index, parts) => glob(folder, parts.slice(0, index + 1).join('/')));

const patterns = new Map<string, RegExp>();

/** Python's `fnmatch`, without sets of characters. */
function glob(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  const known = patterns.get(pattern) ?? new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's'); // prettier-ignore
  patterns.set(pattern, known);
  return known.test(text);
}
