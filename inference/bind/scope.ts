/** Names to columns: which relations a name can come from, in the order in which SQL looks. */
import type { BoundExpression, ColumnId } from './bound.ts';
import type { Schema } from './schema.ts';

/** A relation in FROM. `names`: the qualifiers that mean it, lower case, longest first. */
export interface Source {
  readonly names: readonly (readonly string[])[];
  readonly schema: Schema;
}

export interface Scope {
  readonly sources: readonly Source[];
  /** Columns of `USING`, by lower-case name: they win over both sides' own. */
  readonly using: ReadonlyMap<string, ColumnId>;
  /** What the select list below was written over: `QUALIFY`, `HAVING` and `ORDER BY` see it too. */
  readonly under: Scope | null;
  /** The query around this one, for correlated subqueries and lateral joins. */
  readonly outer: OuterScope | null;
  /** Columns already computed at this level, by their expression. */
  readonly computed: Map<string, ColumnId>;
}

/** `seen` collects the columns that the inner query refers to. */
export interface OuterScope {
  readonly scope: Scope;
  readonly seen: Set<ColumnId>;
}

export function scopeOf(
  sources: readonly Source[],
  outer: OuterScope | null,
  rest: Partial<Scope> = {},
): Scope {
  return { sources, using: new Map(), under: null, outer, computed: new Map(), ...rest };
}

/** Columns named earlier in the same select list (`SELECT a AS b, b + 1`). */
export type Aliases = ReadonlyMap<string, BoundExpression>;

const noAliases: Aliases = new Map();

/** The column, or null when the name means nothing here. `argument`: the name is the whole argument of a call. */
export function lookUp(
  scope: Scope,
  qualifier: readonly string[],
  name: string,
  aliases: Aliases = noAliases,
  argument = false,
): BoundExpression | null {
  const path = [...qualifier, name];
  for (let at: Scope | null = scope, level = 0; at !== null; at = at.under, level++) {
    const found = inKnown(at, path) ?? null;
    if (found !== null && !(level === 0 && scope.under !== null && shadowed(scope, path, found)))
      return found;
  }
  const alias = qualifier.length === 0 ? aliases.get(name.toLowerCase()) : undefined;
  if (alias) return alias;
  for (let at: Scope | null = scope; at !== null; at = at.under) {
    const found = inOpen(at, path, argument);
    if (found !== null) return found;
  }
  const outer = scope.outer;
  if (outer === null) return null;
  const found = lookUp(outer.scope, qualifier, name, noAliases, argument);
  if (found !== null) noteOuter(found, outer.seen);
  return found;
}

/** A name that both the select list and what it is made of have: the latter is meant. */
function shadowed(scope: Scope, path: readonly string[], found: BoundExpression): boolean {
  const below = scope.under === null ? null : inKnown(scope.under, path);
  return below !== null && JSON.stringify(below) !== JSON.stringify(found);
}

function noteOuter(value: BoundExpression, seen: Set<ColumnId>): void {
  if (value.ex === 'ref') seen.add(value.id);
  else if (value.ex === 'field') noteOuter(value.value, seen);
  else if (value.ex === 'opaque') for (const part of value.parts) noteOuter(part, seen);
}

function inKnown(scope: Scope, path: readonly string[]): BoundExpression | null {
  for (const { source, rest } of qualified(scope, path)) {
    const id = source.schema.known(rest[0] ?? '');
    if (id !== undefined) return withFields(id, rest);
  }
  const first = (path[0] ?? '').toLowerCase();
  const used = scope.using.get(first);
  if (used !== undefined) return withFields(used, path);
  for (const source of scope.sources) {
    const id = source.schema.known(first);
    if (id !== undefined) return withFields(id, path);
  }
  return null;
}

/**
 * `source` of `FROM source` is its row in `COUNT(source)`, and elsewhere rather a column of that name, where the columns are not all known:
 * few dialects know rows as values, and none has them cast or compared often.
 */
function inOpen(scope: Scope, path: readonly string[], argument: boolean): BoundExpression | null {
  const matches = qualified(scope, path);
  for (const { source, rest } of matches) {
    const id = source.schema.find(rest[0] ?? '');
    if (id !== null) return withFields(id, rest);
  }
  if (matches.length > 0) return null;
  const named = path.length === 1 ? sourceNamed(scope, path) : undefined;
  if (named && argument) return wholeRow(named);
  const all = scope.sources.filter((source) => source.schema.open);
  const others = all.filter((source) => !source.schema.elementOnly);
  const open = others.length > 0 ? others : all;
  const id = open.length === 1 ? (open[0]?.schema.find(path[0] ?? '') ?? null) : null;
  if (id !== null) return withFields(id, path);
  return named ? wholeRow(named) : null;
}

/** A relation's name used as a value: its row as a struct. */
function wholeRow(source: Source): BoundExpression {
  const columns = [...source.schema.columns, ...source.schema.asked];
  return {
    ex: 'opaque',
    parts: columns.map(({ id }) => ({ ex: 'ref', id })),
    ...(source.schema.open ? {} : { names: columns.map(({ name }) => name) }),
  };
}

/** The relation whose whole row a name means: no column that is known to be there has that name. */
export const rowNamed = (scope: Scope, name: string): Source | undefined =>
  inKnown(scope, [name]) === null ? sourceNamed(scope, [name]) : undefined;

/** Sources that a prefix of the path names, longest prefix first, with what is left of the path. */
function qualified(scope: Scope, path: readonly string[]): { source: Source; rest: readonly string[] }[] {
  const found: { source: Source; rest: readonly string[] }[] = [];
  for (let length = path.length - 1; length > 0; length--) {
    const source = sourceNamed(scope, path.slice(0, length));
    if (source) found.push({ source, rest: path.slice(length) });
  }
  return found;
}

/** The source that a qualifier means. */
export function sourceNamed(scope: Scope, qualifier: readonly string[]): Source | undefined {
  const wanted = qualifier.map((part) => part.toLowerCase());
  return scope.sources.find((source) =>
    source.names.some((name) => name.length === wanted.length && name.every((part, i) => part === wanted[i])),
  );
}

function withFields(id: ColumnId, path: readonly string[]): BoundExpression {
  return path
    .slice(1)
    .reduce<BoundExpression>((value, field) => ({ ex: 'field', value, field }), { ex: 'ref', id });
}
