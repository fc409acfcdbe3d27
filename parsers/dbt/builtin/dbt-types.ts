/** dbt's type names. */
import { dispatched } from './dispatched.ts';

const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  string: {
    default: 'text',
    bigquery: 'string',
    spark: 'string',
    trino: 'varchar',
    redshift: 'varchar',
    clickhouse: 'String',
    snowflake: 'varchar',
    mysql: 'char',
    duckdb: 'varchar',
  },
  timestamp: {
    default: 'timestamp',
    bigquery: 'timestamp',
    snowflake: 'timestamp_ntz',
    postgres: 'timestamp without time zone',
    redshift: 'timestamp without time zone',
    clickhouse: 'DateTime',
    mysql: 'datetime',
  },
  float: {
    default: 'float',
    bigquery: 'float64',
    trino: 'double',
    spark: 'float',
    clickhouse: 'Float32',
    duckdb: 'double',
  },
  numeric: {
    default: 'numeric(28, 6)',
    bigquery: 'numeric',
    clickhouse: 'Decimal(28, 6)',
    spark: 'decimal(28, 6)',
    trino: 'decimal(28, 6)',
  },
  bigint: { default: 'bigint', bigquery: 'int64', clickhouse: 'Int64' },
  int: { default: 'integer', bigquery: 'int64', spark: 'int', clickhouse: 'Int32', snowflake: 'integer' },
  boolean: { default: 'boolean', bigquery: 'bool', clickhouse: 'Bool' },
};

export const typeMacros: string = Object.entries(TYPES)
  .map(([name, texts]) => dispatched('dbt', `type_${name}`, '', texts))
  .join('\n');
