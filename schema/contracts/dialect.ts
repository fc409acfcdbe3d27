import { z } from 'zod';

/** SQL dialects that tablelore reads. `generic` is read with the parser's most permissive rules. */
export const dialects = [
  'bigquery',
  'snowflake',
  'redshift',
  'databricks',
  'spark',
  'trino',
  'athena',
  'postgres',
  'duckdb',
  'clickhouse',
  'mysql',
  'generic',
] as const;

export const dialectSchema = z.enum(dialects);
export type Dialect = z.infer<typeof dialectSchema>;
