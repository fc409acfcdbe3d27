/** dbt_utils: the macros that look at relations and columns. Where columns are unknown they fall back on a star and say nothing false. */
export const utilsMacros: string = `
{% macro _is_relation(obj, macro) %}{% endmacro %}
{% macro _is_ephemeral(obj, macro) %}{% endmacro %}
{% macro pretty_time(format='%H:%M:%S') %}{{ return(modules.datetime.datetime.now().strftime(format)) }}{% endmacro %}
{% macro pretty_log_format(message) %}{{ return(message) }}{% endmacro %}
{% macro log_info(message) %}{% endmacro %}
{% macro slugify(string) %}{% set clean = modules.re.sub('[ -]+', '_', string | lower) %}{{ return(modules.re.sub('^([0-9])', '_\\\\1', modules.re.sub('[^a-z0-9_]+', '', clean))) }}{% endmacro %}

{% macro get_query_results_as_dict(query) %}{% do run_query(query) %}{{ return({}) }}{% endmacro %}
{% macro get_single_value(query, default=none) %}{% do run_query(query) %}{{ return(default) }}{% endmacro %}
{% macro get_column_values(table, column, order_by='count(*) desc', max_records=none, default=none, where=none) %}
  {%- do run_query('select distinct ' ~ column ~ ' from ' ~ table) -%}
  {{ return(default if default is not none else []) }}
{% endmacro %}
{% macro get_table_types_sql() %}table_type{% endmacro %}
{% macro get_relations_by_pattern(schema_pattern, table_pattern, exclude='', database=none) %}{% do run_query(table_pattern) %}{{ return([]) }}{% endmacro %}
{% macro get_relations_by_prefix(schema, prefix, exclude='', database=none) %}{% do run_query(prefix) %}{{ return([]) }}{% endmacro %}
{% macro get_tables_by_pattern_sql(schema_pattern, table_pattern, exclude='', database=none) %}select table_schema, table_name from information_schema.tables{% endmacro %}
{% macro get_tables_by_prefix_sql(schema, prefix, exclude='', database=none) %}select table_schema, table_name from information_schema.tables{% endmacro %}

{% macro get_filtered_columns_in_relation(from, except=[]) %}
  {%- set names = [] -%}
  {%- set excluded = except | map('lower') | list -%}
  {%- for column in adapter.get_columns_in_relation(from) if column.column | lower not in excluded %}{% do names.append(column.column) %}{% endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro star(from, relation_alias=false, except=[], prefix='', suffix='', quote_identifiers=true) %}{{ return(adapter.dispatch('star', 'dbt_utils')(from, relation_alias, except, prefix, suffix, quote_identifiers)) }}{% endmacro %}
{% macro default__star(from, relation_alias=false, except=[], prefix='', suffix='', quote_identifiers=true) %}
  {%- set names = dbt_utils.get_filtered_columns_in_relation(from, except) -%}
  {%- if names | length == 0 -%}
    {{ (relation_alias ~ '.') if relation_alias }}*{{ dbt_utils._star_without(except) }}
  {%- else -%}
    {%- for name in names -%}
      {%- if relation_alias %}{{ relation_alias }}.{% endif -%}
      {{ adapter.quote(name) if quote_identifiers else name }}
      {%- if prefix or suffix %} as {{ adapter.quote(prefix ~ name ~ suffix) if quote_identifiers else prefix ~ name ~ suffix }}{% endif -%}
      {{ ',\\n  ' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
{% macro _star_without(except) -%}
  {%- if except | length > 0 -%}
    {%- if target.type in ('bigquery', 'databricks', 'spark', 'clickhouse') %} except ({{ except | join(', ') }})
    {%- elif target.type in ('snowflake', 'duckdb', 'redshift') %} exclude ({{ except | join(', ') }}){% endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro union_relations(relations, column_override=none, include=[], exclude=[], source_column_name='_dbt_source_relation', where=none) %}
  {{ return(adapter.dispatch('union_relations', 'dbt_utils')(relations, column_override, include, exclude, source_column_name, where)) }}
{% endmacro %}
{% macro default__union_relations(relations, column_override=none, include=[], exclude=[], source_column_name='_dbt_source_relation', where=none) %}
  {%- set overrides = column_override or {} -%}
  {%- set types = {} -%}
  {%- set own = {} -%}
  {%- set ns = namespace(complete=true) -%}
  {%- for relation in relations -%}
    {%- set names = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
      {%- set key = column.column -%}
      {%- if (include | length == 0 or key | lower in include | map('lower') | list) and key | lower not in exclude | map('lower') | list -%}
        {%- do names.append(key) -%}
        {%- if key not in types %}{% do types.update({key: column.data_type}) %}{% endif -%}
      {%- endif -%}
    {%- endfor -%}
    {%- if names | length == 0 %}{% set ns.complete = false %}{% endif -%}
    {%- do own.update({relation | string: names}) -%}
  {%- endfor -%}
  {%- for relation in relations %}
    (
      select
        {%- if source_column_name is not none %}
        cast({{ dbt.string_literal(relation) }} as {{ dbt.type_string() }}) as {{ source_column_name }},
        {%- endif %}
        {%- if not ns.complete %}
        {{ include | join(', ') if include | length > 0 else '*' ~ dbt_utils._star_without(exclude) }}
        {%- else %}
        {%- for name, type in types.items() %}
        {%- set cast_to = overrides.get(name, type) %}
        {% if name in own[relation | string] %}{{ adapter.quote(name) if cast_to == 'unknown' else 'cast(' ~ adapter.quote(name) ~ ' as ' ~ cast_to ~ ')' }}{% else %}{{ 'null' if cast_to == 'unknown' else 'cast(null as ' ~ cast_to ~ ')' }}{% endif %} as {{ adapter.quote(name) }}{{ ',' if not loop.last }}
        {%- endfor %}
        {%- endif %}
      from {{ relation }}
      {%- if where %} where {{ where }}{% endif %}
    )
    {{ 'union all' if not loop.last }}
  {%- endfor %}
{% endmacro %}

{% macro unpivot(relation=none, cast_to='varchar', exclude=none, remove=none, field_name='field_name', value_name='value', quote_identifiers=false, table=none) %}
  {%- set kept = exclude or [] -%}
  {%- set skipped = (kept + (remove or [])) | map('lower') | list -%}
  {%- set names = adapter.get_columns_in_relation(relation or table) | map(attribute='column') | reject('in', []) | list -%}
  {%- set turned = [] -%}
  {%- for name in names if name | lower not in skipped %}{% do turned.append(name) %}{% endfor -%}
  {%- if turned | length == 0 %}
    select {% for name in kept %}{{ name }}, {% endfor %}cast(null as {{ dbt.type_string() }}) as {{ field_name }}, cast(null as {{ cast_to }}) as {{ value_name }} from {{ relation or table }}
  {%- else -%}
  {%- for name in turned %}
    select
      {% for key in kept %}{{ key }}, {% endfor %}
      cast('{{ name }}' as {{ dbt.type_string() }}) as {{ field_name }},
      cast({{ adapter.quote(name) if quote_identifiers else name }} as {{ cast_to }}) as {{ value_name }}
    from {{ relation or table }}
    {{ 'union all' if not loop.last }}
  {%- endfor -%}
  {%- endif -%}
{% endmacro %}

{% macro deduplicate(relation, partition_by, order_by=none, relation_alias=none) %}{{ return(adapter.dispatch('deduplicate', 'dbt_utils')(relation, partition_by, order_by or relation_alias)) }}{% endmacro %}
{% macro default__deduplicate(relation, partition_by, order_by) %}
  with row_numbered as (
    select _inner.*, row_number() over (partition by {{ partition_by }} order by {{ order_by }}) as rn from {{ relation }} as _inner
  )
  select * from row_numbered where rn = 1
{% endmacro %}
{% macro snowflake__deduplicate(relation, partition_by, order_by) %}
  select * from {{ relation }} qualify row_number() over (partition by {{ partition_by }} order by {{ order_by }}) = 1
{% endmacro %}
{% macro databricks__deduplicate(relation, partition_by, order_by) %}{{ dbt_utils.snowflake__deduplicate(relation, partition_by, order_by) }}{% endmacro %}
{% macro redshift__deduplicate(relation, partition_by, order_by) %}{{ dbt_utils.default__deduplicate(relation, partition_by, order_by) }}{% endmacro %}
{% macro postgres__deduplicate(relation, partition_by, order_by) %}select distinct on ({{ partition_by }}) * from {{ relation }} order by {{ partition_by }}, {{ order_by }}{% endmacro %}
{% macro bigquery__deduplicate(relation, partition_by, order_by) %}
  select unique.* from (
    select array_agg(original order by {{ order_by }} limit 1)[offset(0)] unique from {{ relation }} original group by {{ partition_by }}
  )
{% endmacro %}
`;
