/** Sources that make rows out of values: UNNEST, EXPLODE, FLATTEN, LATERAL, table functions. */
import { words } from '../text/words.ts';
import type { CallExpression, Expression, Relation } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import { declare } from './from.ts';
import { convertQuery } from './query.ts';
import { at, type Env } from './env.ts';
import { externalQuery } from './external-query.ts';
import { unnest } from './generators.ts';
import type { Data, Tree } from '../readers/tree.ts';

/** Gives a relation the alias and column names that the code gives it, if any. */
export function renamed(
  input: Relation,
  name: string | undefined,
  columns: readonly { readonly name: string }[],
  env: Env,
): Relation {
  if (name === undefined) return input;
  const names = columns.map((each) => each.name);
  return { op: 'alias', input, name, ...(names.length > 0 ? { columns: names } : {}), ...at(env, columns) };
}

/**
 * `UNNEST(value) AS e`: the alias names the relation and, where no columns are named, its only column too, so that `e` is the element
 * and `e.f` a field of it.
 */
export function convertUnnest(data: Data<'unnest'>, env: Env, columns: readonly string[] = []): Relation {
  const values = [data.this, ...(data.expressions ?? [])].map((each) => convertExpression(each, env));
  const value: Expression = values.length === 1 ? values[0]! : { ex: 'opaque', parts: values, text: 'zip' };
  const alias = data.alias?.name;
  const named = columns.length > 0 ? [...columns] : alias === undefined ? [] : [alias];
  const counted = data.with_ordinality;
  const ordinality =
    data.offset_alias?.name ??
    (counted
      ? columns.length > 1
        ? named.pop()
        : env.dialect === 'bigquery'
          ? 'offset'
          : 'ordinality'
      : undefined);
  if (alias !== undefined) declare(env, alias);
  const rows: Relation = {
    op: 'unnest',
    value,
    columns: named,
    ...(ordinality === undefined ? {} : { ordinality }),
    ...at(env, data),
  };
  return alias === undefined ? rows : { op: 'alias', input: rows, name: alias, ...at(env, data.alias) };
}

/** The output of Snowflake's FLATTEN, in order. */
const flattenColumns = ['seq', 'key', 'path', 'index', 'value', 'this'];
const exploding: ReadonlySet<string> = words(`
  explode explode_outer posexplode posexplode_outer inline inline_outer unnest
`);

export function convertFunctionSource(
  tree: Tree,
  env: Env,
  alias?: string,
  columns: readonly string[] = [],
): Relation {
  const relation = rowsOfCall(tree, env, alias, columns);
  if (alias === undefined) return relation;
  declare(env, alias);
  return { op: 'alias', input: relation, name: alias, ...at(env, tree) };
}

function rowsOfCall(tree: Tree, env: Env, alias: string | undefined, columns: readonly string[]): Relation {
  if ('stage_reference' in tree) return { op: 'opaque', reads: [], reason: 'stage' };
  if ('parameter' in tree || 'var' in tree) return { op: 'opaque', reads: [], reason: 'parameter' };
  if ('function' in tree && tree.function.name.toLowerCase() === 'table' && tree.function.args.length === 1) {
    const inner = tree.function.args[0]!;
    if ('literal' in inner || 'column' in inner || 'parameter' in inner || 'var' in inner)
      return { op: 'opaque', reads: [], reason: 'computed name' };
    if ('subquery' in inner || 'select' in inner) return convertQuery(inner, env);
    return rowsOfCall(inner, env, alias, columns);
  }
  const call = convertExpression(tree, env);
  if (call.ex !== 'call') return { op: 'opaque', reads: [], reason: 'function' };
  const external = call.name === 'external_query' ? externalQuery(call, env) : undefined;
  if (external) return external;
  return rowsOf(call, columns.length > 0 ? columns : alias === undefined ? [] : [alias], columns, env, tree);
}

function rowsOf(
  call: CallExpression,
  names: readonly string[],
  columns: readonly string[],
  env: Env,
  tree: unknown,
): Relation {
  const line = at(env, tree);
  if (call.name === 'flatten') {
    const value = argument(call, 'input') ?? call.args[0]!;
    const outer = argument(call, 'outer');
    const isOuter = outer?.ex === 'literal' && outer.value?.toLowerCase() === 'true';
    return {
      op: 'unnest',
      value,
      columns: columns.length > 0 ? columns : flattenColumns,
      ...(isOuter ? { outer: true } : {}),
      ...line,
    };
  }
  if (exploding.has(call.name) && call.args.length > 0) return { ...unnest(call, names), ...line };
  return { op: 'table_function', name: call.name.split('.'), args: call.args, columns, ...line };
}

/** A named argument (`input => x`): the call converter leaves it as a struct of one field. */
function argument(call: CallExpression, name: string): Expression | undefined {
  for (const arg of call.args)
    if (arg.ex === 'struct' && arg.fields.length === 1 && arg.fields[0]!.name?.toLowerCase() === name)
      return arg.fields[0]!.value;
  return undefined;
}

export function convertLateral(data: Data<'lateral'>, env: Env): Relation {
  const columns = data.column_aliases ?? [];
  const inner = data.this;
  const alias = data.alias ?? undefined;
  if ('subquery' in inner || 'select' in inner || 'paren' in inner) {
    const relation = convertQuery(inner, env);
    if (alias === undefined) return relation;
    declare(env, alias);
    return { op: 'alias', input: relation, name: alias, ...(columns.length > 0 ? { columns } : {}) };
  }
  const relation = convertFunctionSource(inner, env, alias, columns);
  return relation;
}

/** Hive's and Spark's `LATERAL VIEW [OUTER] explode(x) t AS a, b`. */
export function convertLateralView(left: Relation, view: Data<'lateral_view'>, env: Env): Relation {
  const columns = view.column_aliases.map((each) => each.name);
  const rows = convertFunctionSource(view.this, env, view.table_alias?.name, columns);
  const right =
    view.outer && rows.op === 'alias' && rows.input.op === 'unnest'
      ? { ...rows, input: { ...rows.input, outer: true } }
      : rows;
  return { op: 'join', kind: view.outer ? 'left' : 'cross', left, right, lateral: true, ...at(env, view) };
}
