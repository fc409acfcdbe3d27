/** dbt_utils: the macros that only write SQL. */
import { crossDatabaseNames } from './names.ts';

/** Old versions of the package held dbt's cross-database macros; projects still call them there. */
const FORWARDED = crossDatabaseNames.map(
  (name) => `{% macro ${name}() %}{{ return(dbt.${name}(*varargs, **kwargs)) }}{% endmacro %}`,
);

export const utilsSqlMacros: string = `${FORWARDED.join('\n')}
{% macro generate_surrogate_key(field_list) %}{{ return(adapter.dispatch('generate_surrogate_key', 'dbt_utils')(field_list)) }}{% endmacro %}
{% macro default__generate_surrogate_key(field_list) %}
  {%- set empty = '' if var('surrogate_key_treat_nulls_as_empty_strings', false) else '_dbt_utils_surrogate_key_null_' -%}
  {%- set parts = [] -%}
  {%- for field in field_list -%}
    {%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '" ~ empty ~ "')") -%}
    {%- if not loop.last %}{% do parts.append("'-'") %}{% endif -%}
  {%- endfor -%}
  {{- dbt.hash(dbt.concat(parts)) -}}
{% endmacro %}
{% macro surrogate_key() %}
  {%- set fields = varargs[0] if varargs | length == 1 and varargs[0] is iterable and varargs[0] is not string else (varargs | list or kwargs.get('field_list', [])) -%}
  {%- set parts = [] -%}
  {%- for field in fields -%}
    {%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '')") -%}
    {%- if not loop.last %}{% do parts.append("'-'") %}{% endif -%}
  {%- endfor -%}
  {{- dbt.hash(dbt.concat(parts)) -}}
{% endmacro %}

{% macro group_by(n) %}group by {% for i in range(1, n + 1) %}{{ i }}{{ ',' if not loop.last }}{% endfor %}{% endmacro %}
{% macro safe_divide(numerator, denominator) %}( {{ numerator }} ) / nullif( ( {{ denominator }} ), 0){% endmacro %}
{% macro safe_add() %}{%- set fields = varargs[0] if varargs | length == 1 and varargs[0] is not string else varargs | list or kwargs.get('field_list', []) -%}{% for field in fields %}coalesce({{ field }}, 0){{ ' + ' if not loop.last }}{% endfor %}{% endmacro %}
{% macro safe_subtract(field_list) %}{% for field in field_list %}coalesce({{ field }}, 0){{ ' - ' if not loop.last }}{% endfor %}{% endmacro %}
{% macro nullcheck(cols) %}{% for col in cols %}{% if col.is_string() %}nullif({{ col.name }}, '') as {{ col.name }}{% else %}{{ col.name }}{% endif %}{{ ',' if not loop.last }}{% endfor %}{% endmacro %}
{% macro nullcheck_table(relation) %}select {{ dbt_utils.nullcheck(adapter.get_columns_in_relation(relation)) or '*' }} from {{ relation }}{% endmacro %}
{% macro identity_column() %}{% endmacro %}

{% macro pivot(column, values, alias=true, agg='sum', cmp='=', prefix='', suffix='', then_value=1, else_value=0, quote_identifiers=true, distinct=false) %}
  {%- for value in values or [] %}
    {{ agg }}({% if distinct %}distinct {% endif %}case when {{ column }} {{ cmp }} '{{ dbt.escape_single_quotes(value | string) }}' then {{ then_value }} else {{ else_value }} end)
    {%- if alias %} as {{ adapter.quote(prefix ~ value ~ suffix) if quote_identifiers else dbt_utils.slugify(prefix ~ value ~ suffix) }}{% endif %}
    {{- ',' if not loop.last }}
  {%- endfor -%}
{% endmacro %}

{% macro get_powers_of_two(upper_bound) %}{% set ns = namespace(p=1, n=0) %}{% for _ in range(0, 100) %}{% if ns.p < upper_bound %}{% set ns.p = ns.p * 2 %}{% set ns.n = ns.n + 1 %}{% endif %}{% endfor %}{{ return(ns.n) }}{% endmacro %}
{% macro generate_series(upper_bound) %}{{ return(dbt.generate_series(upper_bound)) }}{% endmacro %}
{% macro date_spine(datepart, start_date, end_date) %}{{ return(adapter.dispatch('date_spine', 'dbt_utils')(datepart, start_date, end_date)) }}{% endmacro %}
{% macro default__date_spine(datepart, start_date, end_date) %}
with rawdata as ({{ dbt.generate_series(10000) }}),
all_periods as (
  select ({{ dbt.dateadd(datepart, '(row_number() over (order by 1) - 1)', start_date) }}) as date_{{ datepart }} from rawdata
),
filtered as (select * from all_periods where date_{{ datepart }} <= {{ end_date }})
select * from filtered
{% endmacro %}
{% macro get_intervals_between(start_date, end_date, datepart) %}{% do run_query(start_date) %}{{ return(10000) }}{% endmacro %}
{% macro width_bucket(expr, min_value, max_value, num_buckets) -%}
{% if target.type == 'snowflake' %}width_bucket({{ expr }}, {{ min_value }}, {{ max_value }}, {{ num_buckets }}){% else %}least(greatest(ceil(({{ expr }} - {{ min_value }}) / (({{ max_value }} - {{ min_value }}) / {{ num_buckets }})), 0), {{ num_buckets }} + 1){% endif %}
{%- endmacro %}
{% macro haversine_distance(lat1, lon1, lat2, lon2, unit='mi') %}2 * 3961 * asin(sqrt(power(sin((radians({{ lat2 }}) - radians({{ lat1 }})) / 2), 2) + cos(radians({{ lat1 }})) * cos(radians({{ lat2 }})) * power(sin((radians({{ lon2 }}) - radians({{ lon1 }})) / 2), 2))){{ ' * 1.60934' if unit == 'km' }}{% endmacro %}

{% macro get_url_parameter(field, url_parameter) %}nullif({{ dbt.split_part(dbt.split_part(field, "'" ~ url_parameter ~ "='", 2), "'&'", 1) }}, ''){% endmacro %}
{% macro get_url_host(field) %}{%- set bare = dbt.replace(dbt.replace(dbt.replace(field, "'android-app://'", "''"), "'http://'", "''"), "'https://'", "''") -%}cast({{ dbt.split_part(dbt.split_part(bare, "'/'", 1), "'?'", 1) }} as {{ dbt.type_string() }}){% endmacro %}
{% macro get_url_path(field) %}{{ dbt.split_part(dbt.replace(dbt.replace(field, "'http://'", "''"), "'https://'", "''"), "'?'", 1) }}{% endmacro %}
{% macro current_timestamp_in_utc() %}{{ dbt.current_timestamp() }}{% endmacro %}
`;
