/** What a converter knows about the place that it is at: dialect, lines, and the names in scope. */
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { Relation, SortKey, Expression } from '../../../schema/contracts/relation.ts';
import { firstLine } from '../readers/tree.ts';

/** Common table expressions in scope, innermost first; names in lower case. */
export interface CteScope {
  readonly name: string;
  readonly outer: CteScope | undefined;
  /** Set when the name is looked up from inside its own definition. */
  readonly onUse?: () => void;
}

/** Names that the FROM clauses around this place have given to their sources, in lower case; grows while FROM is read. */
export interface SourceScope {
  readonly names: Set<string>;
  readonly outer: SourceScope | undefined;
}

export interface WindowDefinition {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly frame?: string;
}

/** Collects what could not be understood in one statement. */
export interface Report {
  (code: string, message: string, line?: number): void;
}

export interface Env {
  readonly dialect: Dialect;
  /** Line of the file for a line of the text that was parsed. */
  readonly lineOf: (line: number) => number;
  readonly report: Report;
  /** Names of script variables, in lower case. */
  readonly variables: ReadonlySet<string>;
  readonly ctes: CteScope | undefined;
  readonly sources: SourceScope | undefined;
  readonly windows: ReadonlyMap<string, WindowDefinition>;
  /** Parameters of the lambdas around this place, in lower case. */
  readonly lambda: ReadonlySet<string>;
  readonly depth: number;
  /** The connection whose database answers a query that stands in a string: tables are that database's, and lines are not known. Absent: the warehouse's own. */
  readonly connection?: string;
}

export function rootEnv(
  parts: Pick<Env, 'dialect' | 'lineOf' | 'report'> & Partial<Pick<Env, 'variables' | 'connection'>>,
): Env {
  return {
    variables: new Set(),
    ...parts,
    ctes: undefined,
    sources: undefined,
    windows: new Map(),
    lambda: new Set(),
    depth: 0,
  };
}

export function findCte(env: Env, name: string): CteScope | undefined {
  const wanted = name.toLowerCase();
  for (let scope = env.ctes; scope; scope = scope.outer) if (scope.name === wanted) return scope;
  return undefined;
}

export function isSource(env: Env, name: string): boolean {
  const wanted = name.toLowerCase();
  for (let scope = env.sources; scope; scope = scope.outer) if (scope.names.has(wanted)) return true;
  return false;
}

/** `{ line }` of a part of the tree, or nothing when it has no position: to be spread into a node. */
export function at(env: Env, part: unknown): { line?: number } {
  const line = env.connection === undefined ? firstLine(part) : undefined;
  return line === undefined ? {} : { line: env.lineOf(line) };
}

export const nothing: Relation = { op: 'values', columns: [], rows: [[]] };
