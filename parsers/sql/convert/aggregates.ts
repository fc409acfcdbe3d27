/** Functions that fold the rows of a group, by name; names and node kinds in lower case. */
import type { Dialect } from '../../../schema/contracts/dialect.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

const everywhere = words(`
  count sum avg mean min max stddev stddev_pop stddev_samp std variance var_pop var_samp median mode first last any_value
  array_agg string_agg listagg list_agg group_concat list count_if countif sum_if sumif approx_distinct approx_count_distinct
  approx_quantiles approx_quantile approx_percentile approx_top_count approx_top_sum approx_top_k logical_and logical_or bool_and bool_or
  booland_agg boolor_agg boolxor_agg every corr covar_pop covar_samp skewness kurtosis percentile percentile_cont percentile_disc quantile
  array_concat_agg array_unique_agg array_union_agg bit_and bit_or bit_xor bitand_agg bitor_agg bitxor_agg bitwise_and_agg bitwise_or_agg
  bitwise_xor_agg bool_xor_agg max_by min_by arg_max arg_min argmax argmin json_agg jsonb_agg json_object_agg jsonb_object_agg
  json_array_agg json_arrayagg json_objectagg object_agg j_s_o_n_object_agg j_s_o_n_array_agg map_agg multimap_agg map_union histogram
  collect_list collect_set hll hll_accumulate hll_combine hash_agg minhash regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
  regr_sxx regr_sxy regr_syy regr_valx regr_valy grouping grouping_id anonymous_agg_func combined_agg_func product
`);

const byDialect: Partial<Record<Dialect, readonly string[]>> = {
  bigquery: words(`
    hll_count.init hll_count.merge hll_count.merge_partial st_union_agg st_centroid_agg st_extent st_clusterdbscan kll_quantiles.init_int64
    kll_quantiles.init_float64 kll_quantiles.merge_int64 kll_quantiles.merge_float64 kll_quantiles.merge_point_int64
    kll_quantiles.merge_point_float64 kll_quantiles.merge_partial max_by min_by array_concat_agg`),
  snowflake: words(`
    approx_percentile_accumulate approx_percentile_combine hll_export array_unique_agg min_by max_by bitand_agg approximate_jaccard_index
    approximate_similarity minhash_combine ai_agg ai_summarize_agg boolxor_agg object_agg`),
  trino: words(`
    arbitrary geometric_mean checksum reduce_agg set_agg set_union numeric_histogram tdigest_agg qdigest_agg merge map_union_sum
    approx_set approx_most_frequent bool_and count_if entropy bitwise_and_agg convex_hull_agg geometry_union_agg multimap_agg`),
  athena: words(
    'arbitrary geometric_mean checksum reduce_agg set_agg numeric_histogram approx_set merge multimap_agg',
  ),
  spark: words(
    'collect_list collect_set first_value last_value count_min_sketch percentile_approx approx_count_distinct some any try_avg try_sum bool_or hll_sketch_agg hll_union_agg',
  ),
  clickhouse: words(`
    any anylast anyheavy uniq uniqexact uniqcombined uniqcombined64 uniqhll12 grouparray groupuniqarray grouparraymovingsum quantile
    quantiles quantileexact quantiletdigest sumwithoverflow summap avgweighted topk topkweighted sumkahan simplelinearregression
    groupbitand groupbitor groupbitxor stddevpop stddevsamp varpop varsamp covarpop covarsamp entropy argmin argmax deltasum
    singlevalueornull maxmap minmap sumcount windowfunnel retention sequencematch sequencecount first_value last_value`),
  postgres: words('xmlagg range_agg range_intersect_agg string_agg bool_and'),
  duckdb: words(
    'arbitrary favg fsum geomean histogram list mad string_agg sumkahan bitstring_agg first last max min quantile_cont quantile_disc reservoir_quantile entropy',
  ),
  mysql: words('bit_and bit_or bit_xor std json_arrayagg json_objectagg'),
};
const aliases: Partial<Record<Dialect, Dialect>> = { databricks: 'spark', redshift: 'postgres' };

const known = new Map<Dialect, ReadonlySet<string>>();

function aggregatesOf(dialect: Dialect): ReadonlySet<string> {
  let names = known.get(dialect);
  if (!names) {
    const own = byDialect[aliases[dialect] ?? dialect] ?? [];
    names = new Set([...everywhere, ...own]);
    known.set(dialect, names);
  }
  return names;
}

/** ClickHouse builds more aggregates by suffix: `sumIf`, `uniqMerge`, `countIfState`. */
const combinators =
  /(?:if|array|map|state|merge|mergestate|foreach|distinct|ordefault|ornull|resample|argmin|argmax)$/;

/** Whether a function folds rows. `name` in lower case, with its dots. */
export function isAggregate(name: string, dialect: Dialect): boolean {
  const names = aggregatesOf(dialect);
  if (names.has(name)) return true;
  if (dialect !== 'clickhouse') return false;
  let base = name;
  while (combinators.test(base)) {
    base = base.replace(combinators, '');
    if (names.has(base)) return true;
  }
  return false;
}
