/**
 * The bound form: the relational form with every name resolved. Each column of each operator has a number of its own (`ColumnId`), and
 * an operator that passes a column on keeps the number. So facts about columns (keys, constants, origins) are facts about numbers, and stay
 * true for columns that a projection hides. A new number begins wherever the value can change: computed columns, set operations, and each use of a CTE.
 */
import type { NameRef, TableId } from '../../schema/contracts/names.ts';
import type { LiteralExpression } from '../../schema/contracts/relation.ts';
import type { Schema } from './schema.ts';

export type ColumnId = number;

/** Where a column's value comes from. */
export type Definition =
  /** `assumed`: the table's columns are not known, and no other source of the query can have it. */
  | {
      readonly kind: 'table';
      readonly table: TableId;
      readonly column: string;
      readonly type?: string;
      readonly assumed?: true;
    }
  | { readonly kind: 'computed'; readonly value: BoundExpression; readonly line?: number }
  /** The same column seen through one use of a CTE. */
  | { readonly kind: 'instance'; readonly of: ColumnId }
  /** One of several, by row: a set operation's column. */
  | { readonly kind: 'merged'; readonly of: readonly ColumnId[] }
  /** An element of an array, a field of one, its place, or a value of columns turned to rows. */
  | { readonly kind: 'element'; readonly of: readonly BoundExpression[] }
  /** Made by an operator out of nothing stored: rows' identities, literal rows. */
  | { readonly kind: 'generated' }
  | { readonly kind: 'unresolved'; readonly name: string };

export type BoundExpression =
  | { readonly ex: 'ref'; readonly id: ColumnId }
  | LiteralExpression
  | { readonly ex: 'parameter'; readonly name: string }
  | BoundCall
  | BoundWindow
  | { readonly ex: 'cast'; readonly value: BoundExpression; readonly type: string; readonly safe?: boolean }
  | {
      readonly ex: 'case';
      readonly branches: readonly { readonly when: BoundExpression; readonly then: BoundExpression }[];
      readonly otherwise?: BoundExpression;
    }
  | {
      readonly ex: 'binary';
      readonly op: string;
      readonly left: BoundExpression;
      readonly right: BoundExpression;
    }
  | { readonly ex: 'unary'; readonly op: string; readonly value: BoundExpression }
  | { readonly ex: 'in'; readonly value: BoundExpression; readonly list: readonly BoundExpression[] }
  | {
      readonly ex: 'between';
      readonly value: BoundExpression;
      readonly low: BoundExpression;
      readonly high: BoundExpression;
    }
  | BoundSubquery
  | {
      readonly ex: 'field';
      readonly value: BoundExpression;
      readonly field?: string;
      readonly index?: BoundExpression;
    }
  | {
      readonly ex: 'struct';
      readonly fields: readonly { readonly name?: string; readonly value: BoundExpression }[];
    }
  | { readonly ex: 'array'; readonly items: readonly BoundExpression[] }
  /** `names`: the parts are the columns of a whole row used as a value. */
  | {
      readonly ex: 'opaque';
      readonly parts: readonly BoundExpression[];
      readonly text?: string;
      readonly names?: readonly string[];
    };

export interface BoundCall {
  readonly ex: 'call';
  readonly name: string;
  readonly args: readonly BoundExpression[];
  readonly aggregate?: boolean;
  readonly distinct?: boolean;
  readonly filter?: BoundExpression;
  readonly orderBy?: readonly BoundSortKey[];
}

export interface BoundSortKey {
  readonly value: BoundExpression;
  readonly descending?: boolean;
}

export interface BoundWindow {
  readonly ex: 'window';
  readonly call: BoundCall;
  readonly partitionBy: readonly ColumnId[];
  readonly orderBy: readonly BoundSortKey[];
  readonly frame?: string;
}

export interface BoundSubquery {
  readonly ex: 'subquery';
  readonly kind: 'exists' | 'in' | 'scalar' | 'array' | 'compare';
  readonly query: BoundQuery;
  readonly value?: BoundExpression;
}

/** A whole query: its operators and its output. `correlated`: columns outside that it refers to. */
export interface BoundQuery {
  readonly node: BoundNode;
  readonly schema: Schema;
  readonly correlated: readonly ColumnId[];
}

/** `id` is made by this operator as `value`. */
export interface BoundColumn {
  readonly id: ColumnId;
  readonly value: BoundExpression;
  readonly line?: number;
}

interface Node {
  readonly line?: number;
}

/** Operators that make rows of their own have a `row`: a column that stands for the row's identity and is never visible. */
export type BoundNode =
  | BoundScan
  | BoundInstance
  | BoundValues
  | BoundCompute
  | BoundFilter
  | BoundJoin
  | BoundGroup
  | BoundDistinct
  | BoundSet
  | BoundUnnest
  | BoundFunction
  | BoundPivot
  | BoundUnpivot
  | BoundLimit
  | BoundOpaque;

/** `columns`: those that the query uses or the catalog knows, by lower-case name. `partial`: not all of today's rows. */
export interface BoundScan extends Node {
  readonly op: 'scan';
  readonly table: TableId;
  readonly row: ColumnId;
  readonly columns: ReadonlyMap<string, ColumnId>;
  readonly partial?: true;
}

/** One use of a CTE: `columns` maps the CTE's numbers to those of this use. */
export interface BoundInstance extends Node {
  readonly op: 'instance';
  readonly of: BoundCte;
  readonly row: ColumnId;
  readonly columns: ReadonlyMap<ColumnId, ColumnId>;
}

export interface BoundCte {
  readonly name: string;
  readonly node: BoundNode;
  readonly schema: Schema;
}

export interface BoundValues extends Node {
  readonly op: 'values';
  readonly row: ColumnId;
  readonly columns: readonly ColumnId[];
  readonly rows: readonly (readonly BoundExpression[])[];
}

export interface BoundCompute extends Node {
  readonly op: 'compute';
  readonly input: BoundNode;
  readonly columns: readonly BoundColumn[];
}

export interface BoundFilter extends Node {
  readonly op: 'filter';
  readonly input: BoundNode;
  readonly conjuncts: readonly BoundExpression[];
  readonly clause: 'where' | 'having' | 'qualify';
}

/** `ON` and `USING`, taken apart. */
export interface BoundJoin extends Node {
  readonly op: 'join';
  readonly kind: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof';
  readonly left: BoundNode;
  readonly right: BoundNode;
  readonly lateral: boolean;
  /** Columns of the left that the right reads (lateral joins, correlated subqueries). */
  readonly outer: readonly ColumnId[];
  readonly pairs: readonly JoinPair[];
  /** Columns of `USING` that were not found on a side, and so are in no pair. */
  readonly unfound?: true;
  readonly leftOnly: readonly BoundExpression[];
  readonly rightOnly: readonly BoundExpression[];
  readonly others: readonly BoundExpression[];
  readonly ranges: readonly JoinRange[];
  /** Computed from both sides: what the condition compares, and columns of a full join's `USING`, which take either side's value. */
  readonly columns: readonly BoundColumn[];
  /** Stands for whether the rows of the two sides matched; never visible. */
  readonly match: ColumnId;
}

/** A value of one side lies between two columns of the other, whose `side` it is: `at >= valid_from AND at < valid_to`. */
export interface JoinRange {
  readonly side: 'left' | 'right';
  readonly value: ColumnId;
  readonly low: ColumnId;
  readonly high: ColumnId;
}

/** `left = right`; `nullSafe`: NULL equals NULL. */
export interface JoinPair {
  readonly left: ColumnId;
  readonly right: ColumnId;
  readonly nullSafe?: true;
}

/** `columns` are computed over each group. `keys` null: what is grouped by is not known. */
export interface BoundGroup extends Node {
  readonly op: 'group';
  readonly input: BoundNode;
  readonly row: ColumnId;
  readonly keys: readonly ColumnId[] | null;
  readonly columns: readonly BoundColumn[];
  /** Grouping sets as lists of key numbers. */
  readonly sets?: readonly (readonly ColumnId[])[];
}

/** `on`: keeps one row of each; absent: whole rows, whose columns `schema` gives. */
export interface BoundDistinct extends Node {
  readonly op: 'distinct';
  readonly input: BoundNode;
  readonly row: ColumnId;
  readonly on?: readonly ColumnId[];
  readonly schema: Schema;
}

export interface BoundSet extends Node {
  readonly op: 'set';
  readonly all: boolean;
  readonly row: ColumnId;
  readonly inputs: readonly BoundQuery[];
  /** `from`: one column of each input. Grows while names are looked up through stars. */
  readonly columns: readonly { readonly id: ColumnId; readonly from: readonly ColumnId[] }[];
  readonly schema: Schema;
}

export interface BoundUnnest extends Node {
  readonly op: 'unnest';
  readonly row: ColumnId;
  readonly value: BoundExpression;
  readonly columns: ReadonlyMap<string, ColumnId>;
  readonly ordinality?: ColumnId;
}

export interface BoundFunction extends Node {
  readonly op: 'function';
  readonly name: string;
  readonly args: readonly BoundExpression[];
  readonly row: ColumnId;
  readonly columns: ReadonlyMap<string, ColumnId>;
}

/** `group`: the columns that are neither aggregated nor turned; null when the input's columns are not all known. */
export interface BoundPivot extends Node {
  readonly op: 'pivot';
  readonly input: BoundNode;
  readonly row: ColumnId;
  readonly group: readonly ColumnId[] | null;
}

export interface BoundUnpivot extends Node {
  readonly op: 'unpivot';
  readonly input: BoundNode;
  readonly row: ColumnId;
  readonly name: ColumnId;
}

/** Some of the rows; `count`: at most so many. */
export interface BoundLimit extends Node {
  readonly op: 'limit';
  readonly input: BoundNode;
  readonly count?: number;
}

export interface BoundOpaque extends Node {
  readonly op: 'opaque';
  readonly row: ColumnId;
  readonly reads: readonly NameRef[];
}
