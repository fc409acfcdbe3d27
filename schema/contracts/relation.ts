/**
 * The relational form: what every parser of queries (SQL, DataFrames, query builders) produces, and what lineage, keys, joins and
 * populations are reasoned from. It is a tree of relational operators as the code writes them: names are not yet resolved and stars
 * are not yet expanded, since both need the schemas of other tables. Plain JSON; every node is immutable.
 *
 * Lines are 1-based lines in the file that holds the code.
 */
import type { NameRef } from './names.ts';

export type Relation =
  | Scan
  | CteScan
  | Values
  | Project
  | Filter
  | Join
  | Aggregate
  | Distinct
  | SetOperation
  | Unnest
  | TableFunction
  | Pivot
  | Unpivot
  | Sort
  | Limit
  | Alias
  | With
  | OpaqueRelation;

interface Node {
  /** Line where the operator begins in the source; absent when not known. */
  readonly line?: number;
}

/** Reads a stored table. Its columns are those of the table. */
export interface Scan extends Node {
  readonly op: 'scan';
  readonly table: NameRef;
  /** Time travel, `TABLESAMPLE`: the rows are not all of today's rows. */
  readonly partial?: 'time_travel' | 'sample';
}

/** Reads a common table expression that an enclosing `With` defines (matched by `name`, case-insensitively, innermost first). */
export interface CteScan extends Node {
  readonly op: 'cte';
  readonly name: string;
}

/** Literal rows. `columns` may be empty when the code names none. */
export interface Values extends Node {
  readonly op: 'values';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Expression[])[];
}

/** One output column. `name` is absent when the code gives none and the dialect makes one up. */
export interface ProjectItem {
  readonly name?: string;
  readonly value: Expression;
  readonly line?: number;
}

/** `SELECT` list without grouping. Items may be `StarExpression`s and may hold window functions. */
export interface Project extends Node {
  readonly op: 'project';
  readonly input: Relation;
  readonly items: readonly ProjectItem[];
}

/** Keeps rows for which `predicate` is true. `clause` tells where it was written. A `having` filter sits above an `Aggregate`; a
 * `qualify` filter sits above the `Project` or `Aggregate` whose window functions it uses. */
export interface Filter extends Node {
  readonly op: 'filter';
  readonly input: Relation;
  readonly predicate: Expression;
  readonly clause: 'where' | 'having' | 'qualify';
}

export interface Join extends Node {
  readonly op: 'join';
  readonly kind: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof';
  readonly left: Relation;
  readonly right: Relation;
  /** The right side may refer to columns of the left (`LATERAL`, `CROSS APPLY`, implicit `FROM t, t.arr`). */
  readonly lateral?: boolean;
  /** Absent for cross joins and for `using`. */
  readonly on?: Expression;
  /** Columns of `USING (…)`, which come out once; `natural` means all the common ones. */
  readonly using?: readonly string[] | 'natural';
}

/** `GROUP BY`. `keys` are expressions over `input` (ordinals and aliases already replaced); an empty list is one group: a single row.
 * `items` is the `SELECT` list over the groups. `sets` counts more than one grouping set (ROLLUP, CUBE, GROUPING SETS), each a list of indexes into `keys`. */
export interface Aggregate extends Node {
  readonly op: 'aggregate';
  readonly input: Relation;
  readonly keys: readonly Expression[];
  readonly items: readonly ProjectItem[];
  readonly sets?: readonly (readonly number[])[];
}

/** `SELECT DISTINCT`; with `on`, Postgres' `DISTINCT ON`. */
export interface Distinct extends Node {
  readonly op: 'distinct';
  readonly input: Relation;
  readonly on?: readonly Expression[];
}

export interface SetOperation extends Node {
  readonly op: 'set';
  readonly kind: 'union' | 'intersect' | 'except';
  /** `true`: duplicates are kept (`UNION ALL`). */
  readonly all: boolean;
  /** `true`: columns are matched by name, else by position. */
  readonly byName?: boolean;
  readonly inputs: readonly Relation[];
}

/** One row per element of an array, as a relation of its own (put beside its source by a lateral `Join`). `columns` are the output
 * names as far as the code gives them; `ordinality` names the position's column. Covers `UNNEST`, `EXPLODE`, `FLATTEN`. */
export interface Unnest extends Node {
  readonly op: 'unnest';
  readonly value: Expression;
  readonly columns: readonly string[];
  readonly ordinality?: string;
  /** `true`: a source row without elements still comes out once. */
  readonly outer?: boolean;
}

/** A call in FROM that is not an unnest: `generate_series(…)`, a table-valued UDF. `columns` as far as the code names them. */
export interface TableFunction extends Node {
  readonly op: 'table_function';
  readonly name: readonly string[];
  readonly args: readonly Expression[];
  readonly columns: readonly string[];
}

/** Rows to columns. Output: the columns of `input` that are neither aggregated nor `on`, then `outputs`. */
export interface Pivot extends Node {
  readonly op: 'pivot';
  readonly input: Relation;
  readonly aggregates: readonly ProjectItem[];
  readonly on: readonly Expression[];
  /** Names of the columns made; empty when they depend on the data. */
  readonly outputs: readonly string[];
}

/** Columns to rows. Output: the other columns of `input`, then `name` and `values`. */
export interface Unpivot extends Node {
  readonly op: 'unpivot';
  readonly input: Relation;
  readonly name: string;
  readonly values: readonly string[];
  readonly columns: readonly Expression[];
  readonly includeNulls?: boolean;
}

export interface Sort extends Node {
  readonly op: 'sort';
  readonly input: Relation;
  readonly by: readonly SortKey[];
}

export interface SortKey {
  readonly value: Expression;
  readonly descending?: boolean;
}

/** `count` is absent when it is not a literal number. */
export interface Limit extends Node {
  readonly op: 'limit';
  readonly input: Relation;
  readonly count?: number;
}

/** Gives a relation a name for qualifiers, and its columns new names (by position, may be fewer than there are). */
export interface Alias extends Node {
  readonly op: 'alias';
  readonly input: Relation;
  readonly name: string;
  readonly columns?: readonly string[];
}

/** Common table expressions and the body that may use them; later ones may use earlier ones. */
export interface With extends Node {
  readonly op: 'with';
  readonly ctes: readonly CteDefinition[];
  readonly body: Relation;
}

export interface CteDefinition {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly relation: Relation;
  readonly recursive?: boolean;
  readonly line?: number;
}

/** A relation that no reader understands: nothing is known of its columns or rows, but it may be known what it reads. */
export interface OpaqueRelation extends Node {
  readonly op: 'opaque';
  readonly reads: readonly NameRef[];
  readonly reason: string;
}

export type Expression =
  | ColumnExpression
  | LiteralExpression
  | ParameterExpression
  | CallExpression
  | WindowExpression
  | CastExpression
  | CaseExpression
  | BinaryExpression
  | UnaryExpression
  | InExpression
  | BetweenExpression
  | SubqueryExpression
  | StarExpression
  | FieldExpression
  | StructExpression
  | ArrayExpression
  | OpaqueExpression;

/** A column, possibly qualified by a table alias or a longer path (`['a', 'b']` for `a.b.name`). Which part is a table and which a struct field is not
 * decided here. `name` is in the code's case, without quotes. */
export interface ColumnExpression {
  readonly ex: 'column';
  readonly qualifier?: readonly string[];
  readonly name: string;
  readonly line?: number;
}

/** `value` is the literal's text, unquoted; numbers as written. `null` stands for SQL NULL. */
export interface LiteralExpression {
  readonly ex: 'literal';
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'date' | 'timestamp' | 'interval' | 'other';
  readonly value: string | null;
}

/** A value given from outside at run time: `@submission_date`, `:ds`, `?`, `{{ ds }}`, a script variable. */
export interface ParameterExpression {
  readonly ex: 'parameter';
  readonly name: string;
}

/** A function call. `name` is lower case, dotted when the function is. `aggregate`: it folds the rows of a group. */
export interface CallExpression {
  readonly ex: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly aggregate?: boolean;
  readonly distinct?: boolean;
  /** `FILTER (WHERE …)`. */
  readonly filter?: Expression;
  /** `ORDER BY` inside the call (`array_agg(x ORDER BY y)`, `WITHIN GROUP`). */
  readonly orderBy?: readonly SortKey[];
}

/** A window function: `call` evaluated over rows that share `partitionBy`, in the order of `orderBy`. */
export interface WindowExpression {
  readonly ex: 'window';
  readonly call: CallExpression;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  /** The frame's text, when one is written. */
  readonly frame?: string;
}

export interface CastExpression {
  readonly ex: 'cast';
  readonly value: Expression;
  /** The type as written, lower case. */
  readonly type: string;
  /** `SAFE_CAST`, `TRY_CAST`: NULL instead of an error. */
  readonly safe?: boolean;
}

export interface CaseExpression {
  readonly ex: 'case';
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  /** Absent means NULL. */
  readonly otherwise?: Expression;
}

/** `op` in upper case: `AND OR = <> < <= > >= + - * / % || LIKE ILIKE RLIKE IS IS DISTINCT FROM IS NOT DISTINCT FROM …`. `NOT LIKE` is a `NOT` around a `LIKE`. */
export interface BinaryExpression {
  readonly ex: 'binary';
  readonly op: string;
  readonly left: Expression;
  readonly right: Expression;
}

/** `op` in upper case: `NOT - + IS NULL IS NOT NULL IS TRUE IS FALSE IS NOT TRUE IS NOT FALSE`. */
export interface UnaryExpression {
  readonly ex: 'unary';
  readonly op: string;
  readonly value: Expression;
}

/** `value IN (list)`; `NOT IN` is a `NOT` around it. For `IN (SELECT …)` see `SubqueryExpression`. */
export interface InExpression {
  readonly ex: 'in';
  readonly value: Expression;
  readonly list: readonly Expression[];
}

export interface BetweenExpression {
  readonly ex: 'between';
  readonly value: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

/** `exists`: `EXISTS (…)`; `in`: `value IN (…)`; `scalar`: the single value of a query; `array`: `ARRAY(SELECT …)`. May refer to columns outside. */
export interface SubqueryExpression {
  readonly ex: 'subquery';
  readonly kind: 'exists' | 'in' | 'scalar' | 'array' | 'compare';
  readonly relation: Relation;
  readonly value?: Expression;
}

/** `*`, `t.*`, `expr.*`, with BigQuery's and Snowflake's modifiers. */
export interface StarExpression {
  readonly ex: 'star';
  readonly qualifier?: readonly string[];
  /** `expr.*`: the fields of a struct. */
  readonly of?: Expression;
  readonly except?: readonly string[];
  readonly replace?: readonly { readonly name: string; readonly value: Expression }[];
  readonly rename?: readonly { readonly from: string; readonly to: string }[];
}

/** A field of a struct, JSON path step or array element that is not a plain column path. `field` is absent for a computed index. */
export interface FieldExpression {
  readonly ex: 'field';
  readonly value: Expression;
  readonly field?: string;
  readonly index?: Expression;
}

export interface StructExpression {
  readonly ex: 'struct';
  readonly fields: readonly { readonly name?: string; readonly value: Expression }[];
}

export interface ArrayExpression {
  readonly ex: 'array';
  readonly items: readonly Expression[];
}

/** Not understood, but the parts that were found inside it are kept so that lineage stays complete. */
export interface OpaqueExpression {
  readonly ex: 'opaque';
  readonly parts: readonly Expression[];
  readonly text?: string;
}
