/** What dbt's adapters differ in: names, quoting, inheritance, and how a project betrays its adapter. */
import { own } from '../../schema/contracts/own.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';

const DIALECTS: Readonly<Record<string, Dialect>> = {
  snowflake: 'snowflake',
  bigquery: 'bigquery',
  redshift: 'redshift',
  databricks: 'databricks',
  spark: 'spark',
  trino: 'trino',
  starburst: 'trino',
  athena: 'athena',
  postgres: 'postgres',
  alloydb: 'postgres',
  materialize: 'postgres',
  duckdb: 'duckdb',
  motherduck: 'duckdb',
  clickhouse: 'clickhouse',
  mysql: 'mysql',
  presto: 'trino',
  greenplum: 'postgres',
};

const ADAPTERS: Partial<Record<Dialect, string>> = { generic: 'default' };

export function dialectOf(adapter: string): Dialect {
  return own(DIALECTS, adapter) ?? 'generic';
}

export function adapterOf(dialect: Dialect): string {
  return ADAPTERS[dialect] ?? dialect;
}

const PARENTS: Readonly<Record<string, readonly string[]>> = {
  redshift: ['postgres'],
  databricks: ['spark'],
  athena: ['trino'],
  starburst: ['trino'],
  materialize: ['postgres'],
  motherduck: ['duckdb'],
};

/** Prefixes that dispatch tries, nearest first. Athena's macros of Trino are its project's habit rather than dbt's rule. */
export function dispatchPrefixes(adapter: string): readonly string[] {
  return [adapter, ...(own(PARENTS, adapter) ?? []), 'default'];
}

/** The quote mark of identifiers. */
export function quoteMark(adapter: string): string {
  return ['bigquery', 'databricks', 'spark', 'clickhouse', 'mysql'].includes(adapter) ? '`' : '"';
}

/** Whether dbt quotes names where the project says nothing. */
export function quotesByDefault(adapter: string): boolean {
  return adapter !== 'snowflake' && adapter !== 'databricks' && adapter !== 'spark' && adapter !== 'default';
}

/** Adapters whose relations have no database part. */
export function hasDatabase(adapter: string): boolean {
  return !['spark', 'clickhouse', 'mysql'].includes(adapter);
}

const SIGNS: readonly (readonly [string, RegExp])[] = [
  [
    'snowflake',
    /snowflake__|snowflake_warehouse|\bcopy_grants\b|\btransient\s*[:=]|lateral flatten|::variant|transform.snowflake/gi,
  ],
  [
    'bigquery',
    /bigquery__|`[\w-]+\.\w+\.\w+`|\bsafe_cast\(|\brequire_partition_filter\b|\bgoogle_cloud|unnest\(|kms_key_name/gi,
  ],
  ['redshift', /redshift__|\bdistkey\b|\bsortkey\b|\bsort_type\b|\bdiststyle\b|\bdist\s*=/gi],
  [
    'databricks',
    /databricks__|file_format\s*[:=]\s*['"]?delta|\bliquid_clustered_by\b|\btblproperties\b|unity_catalog/gi,
  ],
  ['spark', /spark__|file_format\s*[:=]/gi],
  ['trino', /trino__|\bfrom_unixtime\(|varbinary|uint256/gi],
  ['athena', /athena__|\bs3_data_dir\b|\btable_type\s*[:=]\s*['"]?iceberg/gi],
  ['clickhouse', /clickhouse__|\border_by\s*=|\bengine\s*=\s*['"]\w*MergeTree|\btoDateTime\(/gi],
  ['duckdb', /duckdb__|read_parquet\(|read_csv_auto\(|\bmotherduck\b/gi],
  ['postgres', /postgres__|\bjsonb\b|generate_series\(|::timestamptz/gi],
];

/** The adapter that a project's texts look like; undefined where too little speaks for one, or as much
 * for another. */
export function guessAdapter(texts: Iterable<string>): string | undefined {
  const scores = new Map<string, number>();
  let read = 0;
  for (const text of texts) {
    for (const [adapter, sign] of SIGNS)
      scores.set(adapter, (scores.get(adapter) ?? 0) + (text.match(sign)?.length ?? 0));
    if ((read += text.length) > 2_000_000) break;
  }
  const [best, second] = [...scores].sort((a, b) => b[1] - a[1]);
  if (best === undefined || best[1] < 3 || best[1] < 1.5 * (second?.[1] ?? 0)) return undefined;
  return best[0];
}
