/** Where columns come from, so that one column is known under all of its names, and a condition on it in all of its wordings. */

/** Columns of a table (lower case) → the column that they copy or cast, as far as they are one column's. */
export type Copies = ReadonlyMap<string, { readonly table: string; readonly column: string }>;

/** The first table and column behind a column, as one text; the column itself where nothing is known. */
export type RootOf = (table: string, column: string) => string;

/** `copiesOf` takes table ids in lower case; undefined for a table whose columns come from nowhere that is known. */
export function columnRoots(copiesOf: (table: string) => Copies | undefined): RootOf {
  // By table, then by column: to build one text of both for each look costs more than all else here.
  const known = new Map<string, Map<string, string>>();
  const follow = (table: string, column: string, depth: number): string => {
    const own = known.get(table) ?? new Map<string, string>();
    known.set(table, own);
    const before = own.get(column);
    if (before !== undefined) return before;
    const from = depth < 60 ? copiesOf(table)?.get(column) : undefined;
    const root = from
      ? follow(from.table.toLowerCase(), from.column.toLowerCase(), depth + 1)
      : `${table}.${column}`;
    own.set(column, root);
    return root;
  };
  return (table, column) => follow(table.toLowerCase(), column.toLowerCase(), 0);
}

const tokens = /'(?:[^']|'')*'|[a-z_][\w$-]*(?:\.[\w$-]+)*|[^\s]/gi;

/**
 * The tokens of a condition of `table` in one spelling: its own columns and those of tables further up under their roots, `'FALSE'` like `false`. For comparing only.
 */
export function rooted(
  sql: string,
  table: string,
  columns: ReadonlySet<string>,
  rootOf: RootOf,
): readonly string[] {
  const found = tokensOf(sql);
  return found.map((token, index) => {
    if (token.startsWith("'"))
      return /^'(true|false)'$/i.test(token) ? token.slice(1, -1).toLowerCase() : token;
    const name = token.toLowerCase();
    if (!/^[a-z_]/.test(name) || found[index + 1] === '(') return name;
    const dot = name.lastIndexOf('.');
    if (dot !== -1) return rootOf(name.slice(0, dot), name.slice(dot + 1));
    return columns.has(name) ? rootOf(table, name) : name;
  });
}

/** Tokens of a condition without the tables of its columns. */
export const bare = (found: readonly string[]): readonly string[] =>
  found.map((token) => (token.startsWith("'") ? token : (token.toLowerCase().split('.').at(-1) ?? '')));

/** A condition without the tables of its columns. */
export const unqualified = (sql: string): string => bare(tokensOf(sql)).join(' ');

/** Without quotes of names. */
export const tokensOf = (sql: string): string[] =>
  [...sql.replace(/[`"]/g, '').matchAll(tokens)].map(([token]) => token);
