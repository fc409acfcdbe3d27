/** dbt's cross-database functions. */
import { dispatched } from './dispatched.ts';

const macro = (name: string, params: string, versions: Readonly<Record<string, string>>): string =>
  dispatched('dbt', name, params, versions);

const PLAIN_DATEADD = 'dateadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})';
const PLAIN_DATEDIFF = 'datediff({{ datepart }}, {{ first_date }}, {{ second_date }})';

const FUNCTIONS: string[] = [
  macro('current_timestamp', '', {
    default: 'current_timestamp',
    bigquery: 'current_timestamp()',
    spark: 'current_timestamp()',
    postgres: 'now()',
    redshift: 'getdate()',
    snowflake: "convert_timezone('UTC', current_timestamp())",
    clickhouse: 'now()',
    duckdb: 'now()',
  }),
  macro('current_timestamp_in_utc_backcompat', '', { default: 'current_timestamp' }),
  macro('current_timestamp_backcompat', '', { default: 'current_timestamp' }),
  macro('snapshot_get_time', '', { default: '{{ current_timestamp() }}' }),
  macro('date_trunc', 'datepart, date', {
    default: "date_trunc('{{ datepart }}', {{ date }})",
    bigquery: 'timestamp_trunc(cast({{ date }} as timestamp), {{ datepart }})',
  }),
  macro('dateadd', 'datepart, interval, from_date_or_timestamp', {
    default: PLAIN_DATEADD,
    bigquery:
      'datetime_add(cast({{ from_date_or_timestamp }} as datetime), interval {{ interval }} {{ datepart }})',
    postgres: "{{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))",
    redshift: PLAIN_DATEADD,
    duckdb: 'date_add({{ from_date_or_timestamp }}, interval ({{ interval }}) {{ datepart }})',
    trino: "date_add('{{ datepart }}', {{ interval }}, {{ from_date_or_timestamp }})",
    spark: 'timestampadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})',
    clickhouse: 'dateAdd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})',
  }),
  macro('datediff', 'first_date, second_date, datepart', {
    default: PLAIN_DATEDIFF,
    bigquery:
      'datetime_diff(cast({{ second_date }} as datetime), cast({{ first_date }} as datetime), {{ datepart }})',
    postgres: "date_part('{{ datepart }}', ({{ second_date }})::timestamp - ({{ first_date }})::timestamp)",
    redshift: PLAIN_DATEDIFF,
    duckdb: "date_diff('{{ datepart }}', {{ first_date }}::timestamp, {{ second_date }}::timestamp)",
    trino: "date_diff('{{ datepart }}', {{ first_date }}, {{ second_date }})",
    clickhouse: "dateDiff('{{ datepart }}', {{ first_date }}, {{ second_date }})",
  }),
  macro('last_day', 'date, datepart', {
    default:
      "cast({{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date))) }} as date)",
    snowflake: "last_day({{ date }}, '{{ datepart }}')",
  }),
  macro('date', 'year, month, day', { default: "date('{{ '%04d-%02d-%02d' % (year, month, day) }}')" }),
  macro('concat', 'fields', {
    default: "{{ fields | join(' || ') }}",
    bigquery: "concat({{ fields | join(', ') }})",
    spark: "concat({{ fields | join(', ') }})",
    clickhouse: "concat({{ fields | join(', ') }})",
    mysql: "concat({{ fields | join(', ') }})",
  }),
  macro('hash', 'field', {
    default: 'md5(cast({{ field }} as {{ dbt.type_string() }}))',
    bigquery: 'to_hex(md5(cast({{ field }} as string)))',
    trino: 'lower(to_hex(md5(to_utf8(cast({{ field }} as varchar)))))',
    clickhouse: 'lower(hex(MD5(toString({{ field }}))))',
  }),
  macro('length', 'expression', { default: 'length({{ expression }})', redshift: 'len({{ expression }})' }),
  macro('position', 'substring_text, string_text', {
    default: 'position({{ substring_text }} in {{ string_text }})',
    bigquery: 'strpos({{ string_text }}, {{ substring_text }})',
  }),
  macro('replace', 'field, old_chars, new_chars', {
    default: 'replace({{ field }}, {{ old_chars }}, {{ new_chars }})',
  }),
  macro('right', 'string_text, length_expression', {
    default: 'right({{ string_text }}, {{ length_expression }})',
    bigquery:
      "case when {{ length_expression }} = 0 then '' else substr({{ string_text }}, -1 * {{ length_expression }}) end",
  }),
  macro('split_part', 'string_text, delimiter_text, part_number', {
    default: 'split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})',
    bigquery: 'split({{ string_text }}, {{ delimiter_text }})[safe_offset({{ part_number - 1 }})]',
    clickhouse: 'splitByString({{ delimiter_text }}, {{ string_text }})[{{ part_number }}]',
  }),
  macro('string_literal', 'value', { default: "'{{ value }}'" }),
  macro('escape_single_quotes', 'expression', {
    default: '{{ expression | replace("\'", "\'\'") }}',
    bigquery: '{{ expression | replace("\'", "\\\\\'") }}',
    snowflake: '{{ expression | replace("\'", "\\\\\'") }}',
  }),
  macro('safe_cast', 'field, type', {
    default: 'cast({{ field }} as {{ type }})',
    bigquery: 'safe_cast({{ field }} as {{ type }})',
    snowflake: 'try_cast({{ field }} as {{ type }})',
    databricks: 'try_cast({{ field }} as {{ type }})',
    duckdb: 'try_cast({{ field }} as {{ type }})',
    trino: 'try_cast({{ field }} as {{ type }})',
  }),
  macro('cast', 'field, type', { default: 'cast({{ field }} as {{ type }})' }),
  macro('cast_bool_to_text', 'field', { default: 'cast({{ field }} as {{ dbt.type_string() }})' }),
  macro('any_value', 'expression', {
    default: 'any_value({{ expression }})',
    postgres: 'min({{ expression }})',
  }),
  macro('bool_or', 'expression', {
    default: 'bool_or({{ expression }})',
    bigquery: 'logical_or({{ expression }})',
    snowflake: 'boolor_agg({{ expression }})',
  }),
  macro('listagg', 'measure, delimiter_text="\',\'", order_by_clause=none, limit_num=none', {
    default:
      'listagg({{ measure }}, {{ delimiter_text }}){% if order_by_clause %} within group ({{ order_by_clause }}){% endif %}',
    bigquery:
      'string_agg({{ measure }}, {{ delimiter_text }}{% if order_by_clause %} {{ order_by_clause }}{% endif %}{% if limit_num %} limit {{ limit_num }}{% endif %})',
    postgres:
      'string_agg({{ measure }}, {{ delimiter_text }}{% if order_by_clause %} {{ order_by_clause }}{% endif %})',
    duckdb:
      'string_agg({{ measure }}, {{ delimiter_text }}{% if order_by_clause %} {{ order_by_clause }}{% endif %})',
    redshift:
      'listagg({{ measure }}, {{ delimiter_text }}){% if order_by_clause %} within group ({{ order_by_clause }}){% endif %}',
    spark: 'array_join(collect_list({{ measure }}), {{ delimiter_text }})',
  }),
  macro('array_append', 'array, new_element', { default: 'array_append({{ array }}, {{ new_element }})' }),
  macro('array_concat', 'array_1, array_2', {
    default: 'array_cat({{ array_1 }}, {{ array_2 }})',
    bigquery: 'array_concat({{ array_1 }}, {{ array_2 }})',
  }),
  macro('array_construct', "inputs=[], data_type='integer'", {
    default: "array[{{ inputs | join(', ') }}]",
    snowflake: "array_construct({{ inputs | join(', ') }})",
    bigquery: "[{{ inputs | join(', ') }}]",
  }),
  macro('except', '', { default: 'except', bigquery: 'except distinct' }),
  macro('intersect', '', { default: 'intersect', bigquery: 'intersect distinct' }),
  macro('equals', 'expr1, expr2', { default: '({{ expr1 }} = {{ expr2 }})' }),
  macro('generate_series', 'upper_bound', {
    default: `
{% set ns = namespace(power=1, count=0) %}{% for _ in range(0, 40) %}{% if ns.power < upper_bound %}{% set ns.power = ns.power * 2 %}{% set ns.count = ns.count + 1 %}{% endif %}{% endfor %}
with p as (select 0 as generated_number union all select 1),
unioned as (
  select {% for i in range(ns.count or 1) %}p{{ i }}.generated_number * power(2, {{ i }}){{ ' + ' if not loop.last }}{% endfor %} + 1 as generated_number
  from {% for i in range(ns.count or 1) %}p as p{{ i }}{{ ' cross join ' if not loop.last }}{% endfor %}
)
select * from unioned where generated_number <= {{ upper_bound }} order by generated_number`,
  }),
  macro('date_spine', 'datepart, start_date, end_date', {
    default: `
with rawdata as ({{ dbt.generate_series(10000) }}),
all_periods as (
  select ({{ dbt.dateadd(datepart, '(row_number() over (order by 1) - 1)', start_date) }}) as date_{{ datepart }} from rawdata
),
filtered as (select * from all_periods where date_{{ datepart }} <= {{ end_date }})
select * from filtered`,
  }),
];

export const crossDatabaseMacros: string = `${FUNCTIONS.join('\n')}
{% macro current_timestamp_in_utc() %}{{ current_timestamp() }}{% endmacro %}
{% macro generate_schema_name(custom_schema_name=none, node=none) %}{{ target.schema if custom_schema_name is none else target.schema ~ '_' ~ (custom_schema_name | trim) }}{% endmacro %}
{% macro default__generate_schema_name(custom_schema_name=none, node=none) %}{{ generate_schema_name(custom_schema_name, node) }}{% endmacro %}
{% macro generate_schema_name_for_env(custom_schema_name, node) %}{{ custom_schema_name | trim if target.name == 'prod' and custom_schema_name is not none else target.schema }}{% endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ (custom_alias_name | trim) if custom_alias_name else node.name }}{% endmacro %}
{% macro generate_database_name(custom_database_name=none, node=none) %}{{ (custom_database_name | trim) if custom_database_name else target.database }}{% endmacro %}
{% macro get_columns_in_query(sql) %}{{ return([]) }}{% endmacro %}
{% macro create_schema(relation) %}{% endmacro %}
{% macro get_where_subquery(relation) %}{{ return(relation) }}{% endmacro %}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}{{ return([raw_partition_date]) }}{% endmacro %}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') %}{{ return([start_date_str]) }}{% endmacro %}
{% macro py_current_timestring() %}{{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}{% endmacro %}
{% macro truncate_relation(relation) %}{% endmacro %}
{% macro drop_relation_if_exists(relation) %}{% endmacro %}
{% macro apply_grants(relation, grant_config, should_revoke=none) %}{% endmacro %}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) %}{% endmacro %}
{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') %}{{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}{% endmacro %}
{% macro default__make_temp_relation(base_relation, suffix) %}{{ return(make_temp_relation(base_relation, suffix)) }}{% endmacro %}
{% macro get_columns_in_relation(relation) %}{{ return(adapter.get_columns_in_relation(relation)) }}{% endmacro %}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) %}{% endmacro %}
`;
