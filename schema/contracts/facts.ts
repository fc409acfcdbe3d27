/**
 * Facts: what a reader found in one file, as plain JSON. A pure function of (blob, path, reader version, dialect) and, for templated
 * files, of the parts of their project that `trace` lists. Names are as the code has them; link resolves them.
 * Lines are 1-based lines of the file, also where the text was rendered from a template.
 */
import type { Diagnostic } from './diagnostic.ts';
import type { Dialect } from './dialect.ts';
import type { NameRef } from './names.ts';
import type { Expression, Relation } from './relation.ts';

export type Lines = readonly [from: number, to: number];

export interface FileFacts {
  readonly path: string;
  /** The reader that made these facts (`sql`, `dbt`, `python`, …) and its version, raised whenever its output may change. */
  readonly reader: string;
  readonly version: number;
  readonly dialect: Dialect;
  /** Tables that the file writes, in the order of the file. */
  readonly builds: readonly Build[];
  /** Tables that the file reads without writing one: dashboards, analyses, application code, singular tests. */
  readonly uses: readonly Use[];
  readonly declarations: readonly Declaration[];
  readonly jobs: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
  readonly statements: StatementCounts;
  /** For templated files: what of the project was used in reading this one (`macro:name`, `ref:model`, `var:name`, …) → hash of it.
   * Facts hold as long as each of these is unchanged. Absent: the facts depend on the blob alone. */
  readonly trace?: Readonly<Record<string, string>>;
}

/** `parsed`: read from a syntax tree with structure; `opaque`: only table names are known; `failed`: nothing is known. */
export interface StatementCounts {
  readonly total: number;
  readonly parsed: number;
  readonly opaque: number;
  readonly failed: number;
}

export type TableKind =
  | 'table'
  | 'view'
  | 'materialized_view'
  | 'incremental'
  | 'snapshot'
  | 'seed'
  | 'external'
  /** Exists only inside the queries that use it (dbt's ephemeral models): link puts its relation in its place. */
  | 'ephemeral'
  /** Lives as long as the script: link puts its relation in its place within the file. */
  | 'temporary';

/** How one run of the build changes the table: this decides what the key of one run's SELECT says about the table. */
export type WriteMode =
  /** The table is replaced whole (CTAS, view, full refresh). */
  | 'replace'
  | 'append'
  /** Rows that match `uniqueKey` or `mergeOn` are updated, others inserted. */
  | 'merge'
  /** Rows with the same `uniqueKey` are deleted, then all are inserted. */
  | 'delete_insert'
  /** The partitions touched are replaced. */
  | 'partition_overwrite'
  | 'update'
  | 'delete'
  /** Slowly changing dimension, type 2: dbt's snapshots. */
  | 'snapshot'
  /** Only the shape is defined (CREATE TABLE without rows, external table). */
  | 'define';

export interface Build {
  readonly target: NameRef;
  readonly kind: TableKind;
  readonly write: WriteMode;
  readonly lines: Lines;
  /** The rows of a first run or full refresh. Absent when nothing is known of them. */
  readonly relation?: Relation;
  /** The rows of a later run where the code differs (`is_incremental()`). Absent means the same as `relation`. */
  readonly incremental?: Relation;
  /** Target columns of `INSERT INTO t (…)`, or declared by `CREATE TABLE t (…)`; in the order of the relation's output. */
  readonly columns?: readonly string[];
  /** `unique_key`, MERGE's key columns: configuration of the write, not a test. */
  readonly uniqueKey?: readonly string[];
  /** A run looks for rows with the same unique key only in a part of the table (dbt's `incremental_predicates`). Absent: in all of it. */
  readonly matchesPart?: true;
  /** MERGE's ON condition, with the target and source under their aliases. */
  readonly mergeOn?: Expression;
  /** Column or expression texts that partition the table, as configured. */
  readonly partitionBy?: readonly string[];
  readonly clusterBy?: readonly string[];
  /** Every table read, also those in subqueries, without CTE names and without temporary tables' own names. */
  readonly reads: readonly NameRef[];
  /** Name of the model, task or function that does it, where it has one. */
  readonly by?: string;
  /** The name that the code gives the table in place of its address (`ref('orders')` → `orders`); helps people find it. */
  readonly alias?: string;
  /** Package, folders below the project's folder of models, name: what selectors match. Of dbt's nodes only. */
  readonly fqn?: readonly string[];
  /** Names of default context for resolving short names written inside this build (`USE`, search path): outermost first. */
  readonly context?: readonly string[];
}

export interface Use {
  readonly kind: 'exposure' | 'analysis' | 'application' | 'test' | 'export';
  readonly name?: string;
  readonly owner?: string;
  readonly lines: Lines;
  readonly reads: readonly NameRef[];
  /** The query itself, so that joins that people write can be read from it. */
  readonly relation?: Relation;
}

interface Declared {
  readonly table: NameRef;
  /** Where it is declared. */
  readonly lines: Lines;
  /** The file it stands in when not the facts' own. */
  readonly path?: string;
  /** A test that is switched off. */
  readonly disabled?: true;
}

/** Something that a person wrote down about a table, in code or configuration. */
export type Declaration =
  | (Declared & { readonly declares: 'kind'; readonly kind: TableKind })
  | (Declared & { readonly declares: 'description'; readonly text: string })
  | (Declared & {
      readonly declares: 'columns';
      readonly columns: readonly DeclaredColumn[];
      readonly complete: boolean;
    })
  | (Declared & DeclaredKey)
  | (Declared & {
      readonly declares: 'not_null';
      readonly columns: readonly string[];
      readonly conditional: boolean;
    })
  | (Declared & {
      readonly declares: 'accepted_values';
      readonly column: string;
      readonly values: readonly string[];
      readonly conditional: boolean;
    })
  | (Declared & DeclaredRelationship)
  | (Declared & {
      readonly declares: 'reads';
      readonly tables: readonly NameRef[];
      readonly complete: boolean;
    })
  | (Declared & { readonly declares: 'owner'; readonly owner: string; readonly source: OwnerSource })
  | (Declared & DeclaredFreshness)
  | (Declared & { readonly declares: 'schedule'; readonly schedule: string; readonly job?: string })
  | (Declared & {
      readonly declares: 'partition';
      readonly columns: readonly string[];
      readonly granularity?: string;
      readonly expirationDays?: number;
    })
  | (Declared & { readonly declares: 'clustering'; readonly columns: readonly string[] })
  | (Declared & { readonly declares: 'deprecated'; readonly text: string })
  | (Declared & { readonly declares: 'tag'; readonly tags: readonly string[] })
  | (Declared & { readonly declares: 'caveat'; readonly text: string });

export type OwnerSource = 'meta' | 'config' | 'dag' | 'group' | 'exposure' | 'codeowners' | 'committer';

export interface DeclaredColumn {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly line?: number;
}

/** A uniqueness test or a primary or unique key constraint. */
export interface DeclaredKey {
  readonly declares: 'key';
  readonly columns: readonly string[];
  /** The test's or constraint's name as written. */
  readonly test: string;
  /** `test`: run against the data; `constraint`: declared to the warehouse (often not enforced); `config`: `unique_key` and the like. */
  readonly by: 'test' | 'constraint' | 'config' | 'semantic_entity';
  /** With a where clause, only a warning, or switched off: then it is no axiom. */
  readonly conditional: boolean;
  /** Fails only past a number of rows. */
  readonly threshold?: boolean;
  /** The where clause, when there is one. */
  readonly where?: string;
  /** Result of the test's last run, where run_results.json tells. */
  readonly lastRun?: 'pass' | 'fail' | 'warn';
}

export interface DeclaredRelationship {
  readonly declares: 'relationship';
  readonly columns: readonly string[];
  readonly to: NameRef;
  readonly toColumns: readonly string[];
  readonly test: string;
  readonly conditional: boolean;
}

/** `warnAfter` and `errorAfter` in seconds. */
export interface DeclaredFreshness {
  readonly declares: 'freshness';
  readonly loadedAt?: string;
  readonly warnAfter?: number;
  readonly errorAfter?: number;
}

/** Something that runs on a schedule: an Airflow DAG, a Dataform release, a bigquery-etl scheduling block. */
export interface Job {
  readonly id: string;
  readonly kind: 'airflow' | 'dataform' | 'bqetl' | 'sqlmesh' | 'other';
  readonly lines: Lines;
  /** Cron, preset (`@daily`) or dataset trigger, as written. */
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly owner?: string;
  /** Seconds. */
  readonly sla?: number;
  readonly description?: string;
  readonly tasks: readonly JobTask[];
}

/** A command that builds nodes of a dbt project. */
export interface DbtRun {
  /** Folder of the project as the code names it; '' where it names none. */
  readonly folder: string;
  /** `run`: models; `build`: all nodes; `snapshot`, `seed`: those only. */
  readonly command: 'run' | 'build' | 'snapshot' | 'seed';
  /** Selectors as dbt takes them (`tag:daily`, `+orders`, `staging.*`); none: everything. */
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

export interface JobTask {
  readonly id: string;
  readonly lines: Lines;
  /** Tasks that must end before this one. */
  readonly after: readonly string[];
  /** Files that it runs (a SQL file, a Python job), as the code names them. */
  readonly runs: readonly string[];
  /** What it builds of dbt projects; absent where it builds nothing, or only the run knows what. */
  readonly dbt?: readonly DbtRun[];
  /** Tables that it writes and reads where the operator says so. */
  readonly writes: readonly NameRef[];
  readonly reads: readonly NameRef[];
}
