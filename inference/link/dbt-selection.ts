/** dbt's selectors, over what facts tell of a project's nodes. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { DbtModel } from './dbt-models.ts';

/** Tables that a table reads, and tables that read it. */
export interface Neighbours {
  readonly up: (table: TableId) => Iterable<TableId>;
  readonly down: (table: TableId) => Iterable<TableId>;
}

/** What `dbt run --select … --exclude …` takes of the models. Null where a selector is of a kind that facts cannot answer (`state:`, `@`, `result:`, sets of characters). */
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
  if (value === '' || value.startsWith('@') || value.includes('[')) return null;
  const kind = named ?? (/\/|\.(sql|py|csv)$/.test(value) ? 'path' : 'fqn');
  if (unbuilt.test(kind)) return up === undefined && down === undefined ? new Set() : null;
  const matches = kinds.get(kind)?.(value);
  if (matches === undefined) return null;
  const found = new Set(models.filter(matches));
  const near = (next: Neighbours['up'], depth: string): DbtModel[] => {
    const reached = reach([...found].map(({ table }) => table), next, depth === '' ? Infinity : Number(depth)); // prettier-ignore
    return models.filter(({ table }) => reached.has(table));
  };
  return new Set([
    ...found,
    ...(up === undefined ? [] : near(around.up, depthUp)),
    ...(down === undefined ? [] : near(around.down, depthDown)),
  ]);
}

function reach(from: readonly TableId[], next: Neighbours['up'], depth: number): ReadonlySet<TableId> {
  const seen = new Set(from);
  let edge = seen;
  for (let step = 0; step < depth && edge.size > 0; step += 1) {
    edge = new Set([...edge].flatMap((table) => [...next(table)].filter((other) => !seen.has(other))));
    for (const table of edge) seen.add(table);
  }
  return seen;
}

type Matches = (model: DbtModel) => boolean;

const kinds: ReadonlyMap<string, (value: string) => Matches> = new Map<string, (value: string) => Matches>([
  ['fqn', named],
  ['tag', (value) => (model) => [...model.tags].some((tag) => glob(value, tag))],
  ['path', (value) => below(value.replace(/^\.\//, '').replace(/(?<!\/)\/+$/, ''))],
  ['file', (value) => ({ path }) => glob(value, path.replace(/^.*\//, '')) || glob(value, path.replace(/^.*\/|\.\w+$/g, ''))], // prettier-ignore
  ['package', (value) => (model) => glob(value, model.package)],
  ['resource_type', (value) => (model) => model.type === value],
  ['config.materialized', (value) => (model) => model.kind === value],
]);

const isWild = (pattern: string): boolean => /[*?]/.test(pattern);

/** The last part of the name, or all of it from its beginning, with or without the package; behind a wildcard the rest must match as one. */
function named(value: string): Matches {
  const parts = value.split('.');
  const wild = parts.findIndex(isWild);
  const plain = wild < 0 ? parts : parts.slice(0, wild);
  const rest = parts.slice(plain.length).join('.');
  const isFrom = (fqn: readonly string[], from: number): boolean =>
    fqn.length - from >= parts.length &&
    plain.every((part, index) => part === fqn[from + index]) &&
    (wild < 0 || glob(rest, fqn.slice(from + wild).join('.')));
  return ({ name, fqn }) => glob(value, name) || isFrom(fqn, 0) || isFrom(fqn, 1);
}

function below(folder: string): Matches {
  if (!isWild(folder)) return ({ path }) => path === folder || path.startsWith(`${folder}/`);
  return ({ path }) =>
    path.split('/').some((_, index, parts) => glob(folder, parts.slice(0, index + 1).join('/')));
}

/** Python's `fnmatch`, without sets of characters. Takes at most as many steps as the lengths' product, whatever the pattern. */
function glob(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < text.length;) {
    if (pattern[at] === '*') {
      [star, resume] = [at, index];
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === text[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      [at, index] = [star + 1, resume];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
