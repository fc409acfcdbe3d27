/** The syntax tree that the first reader returns, and the few ways in which the converters look at it. */
import type { ast } from '@polyglot-sql/sdk';

export type Tree = ast.Expression;
/** What nodes hold, by their kind. Gathered once: to find each of the hundreds of kinds among all took a good part of a type check. */
type DataByKind = { readonly [Node in Tree as Extract<keyof Node, string>]: Node[keyof Node] };
export type Kind = keyof DataByKind;
export type Data<K extends Kind> = DataByKind[K];

/** One function per kind of node: what a family of converters understands. */
export type Handlers<Env, Result> = { readonly [K in Kind]?: (data: Data<K>, env: Env) => Result };

export function kindOf(tree: Tree): Kind {
  for (const kind in tree) return kind as Kind;
  throw new TypeError('empty syntax node');
}

export function dataOf(tree: Tree): unknown {
  for (const kind in tree) return (tree as Readonly<Record<string, unknown>>)[kind];
  return undefined;
}

const queries: ReadonlySet<Kind> = new Set(['select', 'subquery', 'union']);

export const isQuery = (tree: Tree): boolean => queries.has(kindOf(tree));

// In an array literal or a choice, the type checker compares all kinds of nodes with each other.

/** Those that are there. */
export const present = (...trees: readonly (Tree | null | undefined)[]): Tree[] =>
  trees.filter((tree) => tree !== null && tree !== undefined);

/** The only one; undefined where there are none or several. */
export function onlyOf(trees: readonly Tree[]): Tree | undefined {
  if (trees.length === 1) return trees[0];
  return undefined;
}

/** Calls the handler for the node's kind; undefined when there is none. */
export function dispatch<Env, Result>(
  handlers: Handlers<Env, Result>,
  tree: Tree,
  env: Env,
): Result | undefined {
  const handler = handlers[kindOf(tree)] as ((data: unknown, env: Env) => Result) | undefined;
  return handler?.(dataOf(tree), env);
}

/** Whether a value inside a node's data is itself a node: an object of one lower-case key that holds an object or null. */
export function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let found: string | undefined;
  for (const key in value) {
    if (found !== undefined) return false;
    found = key;
  }
  if (found === undefined || found === 'this' || !/^[a-z]/.test(found)) return false;
  return typeof (value as Record<string, unknown>)[found] === 'object';
}

/** Every node directly inside a value, through plain objects and lists, in the order of the tree. */
export function* treesIn(value: unknown): Generator<Tree> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) yield* treesIn(each);
  } else if (isTree(value)) {
    yield value;
  } else {
    for (const key in value) {
      if (key !== 'inferred_type' && key !== 'span') yield* treesIn((value as Record<string, unknown>)[key]);
    }
  }
}

/** 1-based line, within the text that was parsed, of the first leaf that has a position. */
export function firstLine(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    for (const each of value) {
      const line = firstLine(each);
      if (line !== undefined) return line;
    }
    return undefined;
  }
  const record = value as Readonly<Record<string, unknown>>;
  const span = record['span'] as { line?: number } | null | undefined;
  if (span?.line !== undefined) return span.line;
  for (const key in record) {
    const line = firstLine(record[key]);
    if (line !== undefined) return line;
  }
  return undefined;
}
