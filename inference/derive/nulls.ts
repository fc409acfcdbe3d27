/** Values that cannot be NULL. */
import type { BoundExpression } from '../bind/bound.ts';
import type { Properties } from './properties.ts';

export const alwaysThere = new Set(
  (
    'count countif count_if approx_count_distinct row_number rank dense_rank percent_rank cume_dist ntile current_date current_timestamp ' +
    'now getdate sysdate generate_uuid uuid_string gen_random_uuid array_agg_or_empty is_null isnull'
  ).split(' '),
);
/** NULL only if an argument is. */
export const strictFunctions = new Set(
  (
    'md5 md5_hex sha1 sha2 sha256 sha512 to_hex hex lower upper trim abs concat date date_trunc timestamp_trunc datetime_trunc to_varchar to_char ' +
    'to_json_string farm_fingerprint length coalesce round floor ceil dateadd date_add datediff date_diff timestamp_diff to_date to_timestamp'
  ).split(' '),
);

/** `grouped`: the value is computed over a group that has at least one row. */
export function notNull(value: BoundExpression, known: Properties, grouped = false): boolean {
  const of = (part: BoundExpression): boolean => notNull(part, known, grouped);
  switch (value.ex) {
    case 'ref':
      return known.notNull.has(value.id);
    case 'literal':
      return value.type !== 'null';
    case 'cast':
      return value.safe !== true && of(value.value);
    case 'call':
      if (alwaysThere.has(value.name)) return true;
      if (/^(coalesce|ifnull|nvl)$/.test(value.name)) return value.args.some(of);
      if (value.aggregate)
        return (
          grouped &&
          !value.filter &&
          /^(min|max|sum|avg|any_value|array_agg|string_agg|listagg)$/.test(value.name) &&
          value.args.slice(0, 1).every(of)
        );
      return strictFunctions.has(value.name) && value.args.length > 0 && value.args.every(of);
    case 'window': {
      const call = value.call;
      if (alwaysThere.has(call.name)) return true;
      return (
        /^(min|max|sum|avg|first_value|last_value)$/.test(call.name) &&
        value.frame === undefined &&
        call.args.length === 1 &&
        call.args.every(of)
      );
    }
    case 'case':
      return (
        value.otherwise !== undefined &&
        of(value.otherwise) &&
        value.branches.every((branch) => of(branch.then))
      );
    case 'binary':
      if (value.op === 'IS DISTINCT FROM' || value.op === 'IS NOT DISTINCT FROM') return true;
      return value.op !== '/' && value.op !== '%' && of(value.left) && of(value.right);
    case 'unary':
      return value.op.startsWith('IS') || of(value.value);
    case 'in':
      return of(value.value) && value.list.every(of);
    case 'between':
      return of(value.value) && of(value.low) && of(value.high);
    case 'struct':
    case 'array':
      return true;
    case 'subquery':
      return value.kind === 'exists' || value.kind === 'array';
    default:
      return false;
  }
}
