import { own } from '../../../schema/contracts/own.ts';
import type { Expression } from '../../../schema/contracts/relation.ts';
import type { Library } from '../run.ts';
import { sqlItems } from '../sql.ts';
import { textOf, type Value } from '../values.ts';
import { columnOf, columnValue, expressionOf } from './expressions.ts';

/** Functions of `pyspark.sql.functions` that fold the rows of a group. */
const aggregates = new Set(
  (
    'any_value approx_count_distinct array_agg avg bit_and bit_or bool_and bool_or collect_list collect_set corr count ' +
    'count_distinct count_if countDistinct approxCountDistinct first first_value grouping kurtosis last last_value listagg max max_by ' +
    'mean median min min_by mode percentile percentile_approx product skewness stddev stddev_pop stddev_samp std string_agg sum ' +
    'sum_distinct sumDistinct var_pop var_samp variance'
  ).split(' '),
);

/** SQL's names of functions that Spark's Python interface calls otherwise. */
const sqlNames: Readonly<Record<string, string>> = {
  countdistinct: 'count',
  count_distinct: 'count',
  sumdistinct: 'sum',
  sum_distinct: 'sum',
  approxcountdistinct: 'approx_count_distinct',
  mean: 'avg',
};

/** Arguments of these are values and not names of columns, from the position given on. */
const literalFrom: Readonly<Record<string, number>> = {
  date_format: 1,
  to_date: 1,
  to_timestamp: 1,
  from_unixtime: 1,
  date_add: 1,
  date_sub: 1,
  add_months: 1,
  regexp_replace: 1,
  regexp_extract: 1,
  split: 1,
  lag: 1,
  lead: 1,
  substring: 1,
  round: 1,
  lpad: 1,
  rpad: 1,
  get_json_object: 1,
  from_json: 1,
  window: 1,
  ntile: 0,
  sha2: 1,
  percentile_approx: 1,
  nth_value: 1,
};

/** `F.col("x")`, `F.sum("x")`, `F.when(…)`, `F.expr("…")`. */
export const sparkFunctions: Library = (call, run) => {
  if (!/^pyspark(\.pandas)?\.sql(\.connect)?\.functions\.\w+$/.test(call.path)) return undefined;
  const { method, args } = call;
  const [first] = args;
  const text = textOf(first);
  if ((method === 'col' || method === 'column') && text !== undefined) {
    return { is: 'column', value: columnOf(text), name: text.split('.').pop() ?? text };
  }
  if (method === 'lit' && first !== undefined) {
    return { is: 'column', value: first.is === 'unknown' ? expressionOf(first) : expressionOf(first) };
  }
  if (method === 'when' && first !== undefined && args[1] !== undefined) {
    return { is: 'cases', branches: [{ when: expressionOf(first), then: expressionOf(args[1]) }] };
  }
  if (method === 'expr' && text !== undefined) {
    const [item] = sqlItems([text], call, run);
    const value: Expression = item?.value ?? { ex: 'opaque', parts: [], text };
    return { is: 'column', value, ...(item?.name === undefined ? {} : { name: item.name }) };
  }
  if ((method === 'asc' || method === 'desc') && first !== undefined) {
    const value = columnValue(first);
    return { is: 'column', value, sort: { value, ...(method === 'desc' ? { descending: true } : {}) } };
  }
  if (method === 'broadcast' && first?.is === 'frame') return first;
  if (method === 'udf' || method === 'pandas_udf') return undefined;
  return { is: 'column', value: callOf(method, args) };
};

function callOf(method: string, args: readonly Value[]): Expression {
  const lower = method.toLowerCase();
  const from = own(literalFrom, lower) ?? Number.POSITIVE_INFINITY;
  const values = args.map((arg, index) => (index >= from ? expressionOf(arg) : columnValue(arg)));
  const [star] = values;
  const distinct = /distinct$/i.test(method) && !/approx/i.test(method);
  return {
    ex: 'call',
    name: own(sqlNames, lower) ?? lower,
    args: lower === 'count' && star?.ex === 'literal' ? [{ ex: 'star' }] : values,
    ...(aggregates.has(method) ? { aggregate: true } : {}),
    ...(distinct ? { distinct: true } : {}),
  };
}
