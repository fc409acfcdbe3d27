/** dbt_date. */
const PARTS: Readonly<Record<string, string>> = {
  day_of_month: 'day',
  day_of_year: 'dayofyear',
  week_of_year: 'week',
  iso_week_of_year: 'isoweek',
  month: 'month',
  quarter: 'quarter',
  year: 'year',
};

const FROM_DATE = Object.entries(PARTS).map(
  ([name, part]) => `{% macro ${name}(date) %}{{ dbt_date.date_part('${part}', date) }}{% endmacro %}`,
);

/** Start, end and offset of a period: `last_month`, `n_weeks_ago`, … */
const PERIODS = ['day', 'week', 'month'].flatMap((part) => [
  `{% macro n_${part}s_ago(n, date=none, tz=none) %}{{ dbt.date_trunc('${part}', dbt.dateadd('${part}', -1 * (n | int), date or dbt_date.today(tz))) }}{% endmacro %}`,
  `{% macro n_${part}s_away(n, date=none, tz=none) %}{{ dbt.date_trunc('${part}', dbt.dateadd('${part}', n | int, date or dbt_date.today(tz))) }}{% endmacro %}`,
  `{% macro last_${part}(tz=none) %}{{ dbt_date.n_${part}s_ago(1, none, tz) }}{% endmacro %}`,
  `{% macro next_${part}(tz=none) %}{{ dbt_date.n_${part}s_away(1, none, tz) }}{% endmacro %}`,
]);

export const dateMacros: string = `
{% macro date_part(datepart, date) %}{% if target.type == 'bigquery' %}extract({{ datepart }} from {{ date }}){% else %}date_part('{{ datepart }}', {{ date }}){% endif %}{% endmacro %}
${FROM_DATE.join('\n')}
${PERIODS.join('\n')}
{% macro get_timezone(tz=none) %}{{ return(tz or var('dbt_date:time_zone', 'UTC')) }}{% endmacro %}
{% macro convert_timezone(column, target_tz=none, source_tz=none) -%}
{%- set zone = dbt_date.get_timezone(target_tz) -%}
{%- if target.type == 'bigquery' -%}timestamp(datetime({{ column }}, '{{ zone }}'))
{%- elif target.type == 'snowflake' or target.type == 'redshift' -%}convert_timezone({% if source_tz %}'{{ source_tz }}', {% endif %}'{{ zone }}', {{ column }})
{%- elif target.type in ('spark', 'databricks') -%}from_utc_timestamp({{ column }}, '{{ zone }}')
{%- else -%}cast({{ column }} at time zone '{{ zone }}' as timestamp){%- endif -%}
{%- endmacro %}
{% macro now(tz=none) %}{{ dbt_date.convert_timezone(dbt.current_timestamp(), tz) }}{% endmacro %}
{% macro today(tz=none) %}cast({{ dbt_date.now(tz) }} as date){% endmacro %}
{% macro yesterday(date=none, tz=none) %}{{ dbt.dateadd('day', -1, date or dbt_date.today(tz)) }}{% endmacro %}
{% macro tomorrow(date=none, tz=none) %}{{ dbt.dateadd('day', 1, date or dbt_date.today(tz)) }}{% endmacro %}
{% macro week_start(date=none, tz=none) %}cast({{ dbt.date_trunc('week', date or dbt_date.today(tz)) }} as date){% endmacro %}
{% macro week_end(date=none, tz=none) %}{{ dbt.last_day(date or dbt_date.today(tz), 'week') }}{% endmacro %}
{% macro iso_week_start(date=none, tz=none) %}{{ dbt_date.week_start(date, tz) }}{% endmacro %}
{% macro iso_week_end(date=none, tz=none) %}{{ dbt_date.week_end(date, tz) }}{% endmacro %}
{% macro day_of_week(date, isoweek=true) %}{{ dbt_date.date_part('dayofweek', date) }}{% endmacro %}
{% macro day_name(date, short=true, language='default') %}{% if target.type == 'bigquery' %}format_date('{{ '%a' if short else '%A' }}', cast({{ date }} as date)){% elif target.type == 'snowflake' %}dayname({{ date }}){% else %}to_char({{ date }}, '{{ 'Dy' if short else 'Day' }}'){% endif %}{% endmacro %}
{% macro month_name(date, short=true, language='default') %}{% if target.type == 'bigquery' %}format_date('{{ '%b' if short else '%B' }}', cast({{ date }} as date)){% elif target.type == 'snowflake' %}monthname({{ date }}){% else %}to_char({{ date }}, '{{ 'Mon' if short else 'Month' }}'){% endif %}{% endmacro %}
{% macro last_month_number(tz=none) %}{{ dbt_date.date_part('month', dbt_date.last_month(tz)) }}{% endmacro %}
{% macro next_month_number(tz=none) %}{{ dbt_date.date_part('month', dbt_date.next_month(tz)) }}{% endmacro %}
{% macro last_month_name(short=true, tz=none) %}{{ dbt_date.month_name(dbt_date.last_month(tz), short) }}{% endmacro %}
{% macro next_month_name(short=true, tz=none) %}{{ dbt_date.month_name(dbt_date.next_month(tz), short) }}{% endmacro %}
{% macro periods_since(date_col, period_name='day', tz=none) %}{{ dbt.datediff(date_col, dbt_date.now(tz), period_name) }}{% endmacro %}
{% macro from_unixtimestamp(epochs, format='seconds') %}{% if target.type == 'bigquery' %}timestamp_{{ format }}({{ epochs }}){% else %}to_timestamp({{ epochs }}){% endif %}{% endmacro %}
{% macro to_unixtimestamp(timestamp) %}{{ dbt_date.date_part('epoch', timestamp) }}{% endmacro %}
{% macro round_timestamp(timestamp) %}{{ dbt.date_trunc('day', dbt.dateadd('hour', 12, timestamp)) }}{% endmacro %}
{% macro get_base_dates(start_date=none, end_date=none, n_dateparts=none, datepart='day') %}
{%- set first = ("cast('" ~ start_date ~ "' as date)") if start_date else dbt.dateadd(datepart, -1 * ((n_dateparts or 1) | int), dbt_date.today()) -%}
{%- set last = ("cast('" ~ end_date ~ "' as date)") if end_date else dbt_date.tomorrow() -%}
with date_spine as ({{ dbt_utils.date_spine(datepart, first, last) }})
select cast(d.date_{{ datepart }} as {{ 'datetime' if target.type == 'bigquery' else dbt.type_timestamp() }}) as date_{{ datepart }} from date_spine d
{% endmacro %}
{% macro get_date_dimension(start_date, end_date) %}
with base_dates as ({{ dbt_date.get_base_dates(start_date, end_date) }})
select
  cast(date_day as date) as date_day,
  {{ dbt.dateadd('day', -1, 'date_day') }} as prior_date_day,
  {{ dbt.dateadd('day', 1, 'date_day') }} as next_date_day,
  {{ dbt.dateadd('year', -1, 'date_day') }} as prior_year_date_day,
  {{ dbt_date.day_of_week('date_day') }} as day_of_week,
  {{ dbt_date.day_name('date_day', short=false) }} as day_of_week_name,
  {{ dbt_date.day_name('date_day') }} as day_of_week_name_short,
  {{ dbt_date.day_of_month('date_day') }} as day_of_month,
  {{ dbt_date.day_of_year('date_day') }} as day_of_year,
  {{ dbt_date.week_start('date_day') }} as week_start_date,
  {{ dbt_date.week_end('date_day') }} as week_end_date,
  {{ dbt_date.week_of_year('date_day') }} as week_of_year,
  {{ dbt_date.month('date_day') }} as month_of_year,
  {{ dbt_date.month_name('date_day', short=false) }} as month_name,
  {{ dbt_date.month_name('date_day') }} as month_name_short,
  cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date,
  {{ dbt.last_day('date_day', 'month') }} as month_end_date,
  {{ dbt_date.quarter('date_day') }} as quarter_of_year,
  cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_date,
  {{ dbt.last_day('date_day', 'quarter') }} as quarter_end_date,
  {{ dbt_date.year('date_day') }} as year_number,
  cast({{ dbt.date_trunc('year', 'date_day') }} as date) as year_start_date,
  {{ dbt.last_day('date_day', 'year') }} as year_end_date
from base_dates
{% endmacro %}
`;
