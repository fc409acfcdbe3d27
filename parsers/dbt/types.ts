/** The shapes that reading a dbt project gives. Lines are 1-based; paths are those of the repository. */
import type { RunValue } from './run-values.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Segment } from '../jinja/jinja.ts';

/** Plain JSON, as YAML and `config()` give it. */
export type Config = Readonly<Record<string, unknown>>;

export interface Place {
  readonly path: string;
  readonly line: number;
}

/** A relation's address. `database` is absent where neither profile nor configuration says one. */
export interface RelationName {
  readonly database?: string;
  readonly schema?: string;
  readonly identifier: string;
}

export interface ColumnProperties extends Place {
  readonly name: string;
  readonly description?: string;
  readonly dataType?: string;
  readonly tests: readonly TestProperties[];
  readonly constraints: readonly ConstraintProperties[];
  readonly meta: Config;
  readonly tags: readonly string[];
}

/** A generic test on a column or on a whole table. */
export interface TestProperties extends Place {
  /** As written, with its package: `not_null`, `dbt_utils.unique_combination_of_columns`. */
  readonly test: string;
  /** Its own name, where it is given one. */
  readonly name?: string;
  /** The column that it stands under; absent for a test of the table. */
  readonly column?: string;
  readonly args: Config;
  /** A filter under which alone it holds. */
  readonly where?: string;
  /** Absent: as its folder has it. */
  readonly severity?: 'error' | 'warn';
  /** False when switched off; text with a template in it counts as on. Absent: as its folder has it. */
  readonly enabled?: boolean;
  readonly warnIf?: string;
  readonly errorIf?: string;
  /** Rows that the test is limited to. */
  readonly limit?: number;
}

export interface ConstraintProperties extends Place {
  /** `primary_key`, `unique`, `not_null`, `foreign_key`, `check`, `custom`. */
  readonly type: string;
  /** One column's own constraint lists that column. */
  readonly columns: readonly string[];
  readonly to?: string;
  readonly toColumns: readonly string[];
  readonly expression?: string;
  readonly warnUnenforced?: boolean;
}

/** `warnAfter` and `errorAfter` in seconds. */
export interface Freshness {
  readonly warnAfter?: number;
  readonly errorAfter?: number;
  readonly filter?: string;
}

/** What YAML says about one model, seed, snapshot, analysis or source table. */
export interface TableProperties extends Place {
  readonly kind: 'model' | 'seed' | 'snapshot' | 'analysis' | 'source';
  readonly name: string;
  readonly endLine: number;
  readonly description?: string;
  readonly columns: readonly ColumnProperties[];
  readonly tests: readonly TestProperties[];
  readonly constraints: readonly ConstraintProperties[];
  readonly config: Config;
  readonly meta: Config;
  readonly tags: readonly string[];
  readonly owner?: string;
  readonly group?: string;
  readonly access?: string;
  readonly contract?: boolean;
  readonly deprecationDate?: string;
  readonly loadedAtField?: string;
  readonly freshness?: Freshness;
  readonly latestVersion?: string;
  readonly versions: readonly {
    readonly version: string;
    readonly definedIn?: string;
    readonly config: Config;
  }[];
  /** YAML snapshots: what they are taken of, as written (`ref('orders')`). */
  readonly relation?: string;
  readonly timeSpine?: { readonly column: string };
}

/** One table of a source. Names may hold templates until the project renders them. */
export interface SourceProperties extends TableProperties {
  readonly kind: 'source';
  readonly source: string;
  readonly sourceDescription?: string;
  readonly database?: string;
  readonly schema?: string;
  readonly identifier?: string;
  readonly loader?: string;
  readonly quoting: Config;
  readonly external?: Config;
}

/** A dashboard, notebook or application that reads models. `dependsOn` as written: `ref('x')`, `source('a', 'b')`. */
export interface Exposure extends Place {
  readonly name: string;
  readonly endLine: number;
  readonly type?: string;
  readonly label?: string;
  readonly description?: string;
  readonly url?: string;
  readonly maturity?: string;
  readonly owner?: string;
  readonly dependsOn: readonly string[];
  readonly meta: Config;
  readonly tags: readonly string[];
}

export interface SemanticEntity extends Place {
  readonly name: string;
  /** `primary`, `unique`, `foreign`, `natural`. */
  readonly type: string;
  /** Column or expression; the name where none is given. */
  readonly expr: string;
}

export interface SemanticModel extends Place {
  readonly name: string;
  readonly endLine: number;
  /** `ref('orders')`, as written. */
  readonly model: string;
  readonly description?: string;
  readonly primaryEntity?: string;
  readonly timeDimension?: string;
  readonly entities: readonly SemanticEntity[];
  readonly dimensions: readonly {
    readonly name: string;
    readonly type: string;
    readonly expr: string;
    readonly description?: string;
  }[];
  readonly measures: readonly {
    readonly name: string;
    readonly agg: string;
    readonly expr: string;
    readonly description?: string;
  }[];
}

export interface Metric extends Place {
  readonly name: string;
  readonly label?: string;
  readonly description?: string;
  readonly type?: string;
  /** `ref('orders')` for metrics on a model (the older form). */
  readonly model?: string;
  readonly typeParams: Config;
  readonly filter?: string;
}

export interface Group extends Place {
  readonly name: string;
  readonly owner?: string;
}

/** Everything that one properties file declares. */
export interface DbtProperties {
  readonly path: string;
  readonly tables: readonly TableProperties[];
  readonly sources: readonly SourceProperties[];
  readonly exposures: readonly Exposure[];
  readonly semanticModels: readonly SemanticModel[];
  readonly metrics: readonly Metric[];
  readonly groups: readonly Group[];
  readonly macros: readonly (Place & { readonly name: string; readonly description?: string })[];
  readonly diagnostics: readonly Diagnostic[];
}

export type NodeType = 'model' | 'seed' | 'snapshot' | 'test' | 'analysis';

export interface DbtNode {
  /** `model.shop.orders`, `model.shop.orders.v2`. */
  readonly uniqueId: string;
  readonly type: NodeType;
  readonly language: 'sql' | 'python' | 'csv' | 'yaml';
  readonly name: string;
  readonly version?: string;
  /** The package that defines it. */
  readonly package: string;
  readonly path: string;
  /** Where it starts: 1, or a snapshot block's line. */
  readonly line: number;
  readonly endLine?: number;
  /** Package, folders below the resource path, name: what `dbt_project.yml` configures by. */
  readonly fqn: readonly string[];
}

/** A ref or source call that a render reached. */
export interface Dependency {
  readonly kind: 'ref' | 'source';
  /** As written: model name, or `source.table`. */
  readonly name: string;
  /** The node; absent for sources and for a model that the project does not have. */
  readonly uniqueId?: string;
  /** Where the call stands (in a macro's file, perhaps). */
  readonly place: Place;
  /** The name that the rendered text holds, or would hold if the model were not ephemeral. */
  readonly relation: RelationName;
  /** Rendered as `__dbt__cte__<name>`: a query to be put in its place. */
  readonly ephemeral: boolean;
  /** Whether the project declares it. */
  readonly known: boolean;
}

export interface RenderedText {
  readonly sql: string;
  /** As a run with another clock, other variables would have it, where that differs. */
  readonly others?: readonly { readonly by: RunValue; readonly sql: string }[];
  /** See `locate`: rendered line → file and line. */
  readonly lineMap: readonly Segment[];
}

export interface RenderedModel {
  readonly node: DbtNode;
  readonly relation: RelationName;
  /** Every configuration that applies, in-file over YAML over dbt_project.yml; plain JSON. */
  readonly config: Config;
  readonly materialized: string;
  /** First run or full refresh. */
  readonly full: RenderedText;
  /** A later run of an incremental model; absent where it is the same text. */
  readonly incremental?: RenderedText;
  readonly hooks: readonly { readonly when: 'pre' | 'post'; readonly sql: string }[];
  readonly dependencies: readonly Dependency[];
  /** Macros that ran, as `package.name`. */
  readonly macros: readonly string[];
  /** What the text was made from besides its own file: `macro:p.name`, `ref:id`, `source:a.b`, `var:x`, `env:X`, `config:fqn` → hash. */
  readonly trace: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}
