/** Function calls. Some hundreds of functions have node kinds of their own in the tree: they are told apart by what they are not. */
import { own } from '../../../schema/contracts/own.ts';
import { words } from '../text/words.ts';
import type { CallExpression, Expression, WindowExpression } from '../../../schema/contracts/relation.ts';
import { isAggregate } from './aggregates.ts';
import { starCall } from '../readers/repairs.ts';
import { valueCall } from '../readers/subqueries.ts';
import { convertExpression, convertOver, convertSortKeys } from './expression.ts';
import { scalar } from './subquery.ts';
import { literal, structOf } from './value.ts';
import type { Env } from './env.ts';
import {
  dataOf,
  isQuery,
  isTree,
  kindOf,
  onlyOf,
  type Data,
  type Handlers,
  type Kind,
  type Tree,
} from '../readers/tree.ts';

/** Kinds whose node is not a function call although nothing else knows them either. */
const notFunctions: ReadonlySet<string> = words(`
  raw command alias table values pivot unpivot match_recognize connect braced_wildcard
`);

export const isFunctionKind = (kind: Kind): boolean => !notFunctions.has(kind);

export const callHandlers: Handlers<Env, Expression> = {
  function: convertNamed,
  window_function: convertWindow,
  method_call: (data, env) => {
    if (data.method.name === starCall) return starOf(data, env);
    const receiver = convertExpression(data.this, env);
    const path = receiver.ex === 'column' ? [...(receiver.qualifier ?? []), receiver.name] : undefined;
    const args = data.args.map((each) => convertExpression(each, env));
    // `dataset.udf(x)` looks like a method of a column; a receiver that is no path is an argument.
    return path
      ? call([...path, data.method.name].join('.'), args, env)
      : call(data.method.name, [receiver, ...args], env);
  },
  count: (data, env) => ({
    ex: 'call',
    name: 'count',
    args: data.star ? [{ ex: 'star' }] : data.this ? countArguments(data.this, env) : [],
    aggregate: true,
    ...(data.distinct ? { distinct: true } : {}),
    ...(data.filter ? { filter: convertExpression(data.filter, env) } : {}),
  }),
  if_func: (data, env) => ({
    ex: 'case',
    branches: [
      { when: convertExpression(data.condition, env), then: convertExpression(data.true_value, env) },
    ],
    ...(data.false_value ? { otherwise: convertExpression(data.false_value, env) } : {}),
  }),
  within_group: (data, env) => {
    const inner = convertExpression(data.this, env);
    return inner.ex === 'call'
      ? { ...inner, aggregate: true, orderBy: convertSortKeys(data.order_by, env) }
      : inner;
  },
  filter: (data, env) => {
    const inner = convertExpression(data.this, env);
    const { expression: test } = data;
    const filter = 'where' in test ? convertExpression(test.where.this, env) : convertExpression(test, env);
    return inner.ex === 'call' ? { ...inner, aggregate: true, filter } : inner;
  },
  lambda: (data, env) => {
    const lambda = new Set([...env.lambda, ...data.parameters.map((each) => each.name.toLowerCase())]);
    return { ex: 'opaque', parts: [convertExpression(data.body, { ...env, lambda })], text: 'lambda' };
  },
  combined_parameterized_agg: (data, env) =>
    call(
      'identifier' in data.this ? data.this.identifier.name : 'aggregate',
      data.expressions.map((each) => convertExpression(each, env)),
      env,
      true,
    ),
  parameterized_agg: (data, env) =>
    call(
      'identifier' in data.this ? data.this.identifier.name : 'aggregate',
      data.expressions.map((each) => convertExpression(each, env)),
      env,
      true,
    ),
  extract: (data, env) => ({
    ex: 'call',
    name: 'extract',
    args: [literal('other', String(unitText(data.field))), convertExpression(data.this, env)],
  }),
};

/** `expression.* EXCEPT (…) REPLACE (…)`, as a repair has written it. */
function starOf(data: Data<'method_call'>, env: Env): Expression {
  const [excepted, replaced] = data.args.map((each) => convertExpression(each, env));
  const except =
    excepted?.ex === 'array'
      ? excepted.items.flatMap((item) => (item.ex === 'literal' ? (item.value ?? []) : []))
      : [];
  const replace =
    replaced?.ex === 'struct' ? replaced.fields.map(({ name, value }) => ({ name: name ?? '', value })) : [];
  return {
    ex: 'star',
    of: convertExpression(data.this, env),
    ...(except.length > 0 ? { except } : {}),
    ...(replace.length > 0 ? { replace } : {}),
  };
}

const unitText = (unit: unknown): string =>
  (typeof unit === 'string'
    ? unit
    : typeof unit === 'object' && unit !== null
      ? String(Object.values(unit)[0])
      : ''
  ).toUpperCase();

function countArguments(tree: Tree, env: Env): Expression[] {
  const trees = 'tuple' in tree ? tree.tuple.expressions : [tree];
  return trees.map((each) => convertExpression(each, env));
}

function call(name: string, args: readonly Expression[], env: Env, aggregate = false): CallExpression {
  const lower = name.toLowerCase().replace(/^safe\./, '');
  return {
    ex: 'call',
    name: lower,
    args,
    ...(aggregate || isAggregate(lower, env.dialect) ? { aggregate: true } : {}),
  };
}

function convertNamed(data: Data<'function'>, env: Env): Expression {
  const name = data.name.toLowerCase();
  const only = onlyOf(data.args);
  if (name === 'struct') return structOf(data.args, env);
  if (name === valueCall && only) return convertExpression(only, env);
  if (name === 'array' && only && isQuery(only)) return scalar(only, env, 'array');
  const converted = call(
    data.name,
    data.args.map((each) => convertExpression(each, env)),
    env,
  );
  return data.distinct ? { ...converted, distinct: true } : converted;
}

/** Names that differ from the node kind without its underscores. */
const names: Readonly<Record<string, string>> = {
  mod_func: 'mod',
  trunc_func: 'trunc',
  char_func: 'chr',
  string_func: 'string',
  map_func: 'map',
  l_trim: 'ltrim',
  r_trim: 'rtrim',
  null_if: 'nullif',
  if_null: 'ifnull',
  n_tile: 'ntile',
  count_if: 'countif',
  sum_if: 'sumif',
  list_agg: 'listagg',
};

function nameOf(kind: string, data: Readonly<Record<string, unknown>>): string {
  for (const field of ['original_name', 'name', 'original_function_name'])
    if (typeof data[field] === 'string' && data[field] !== '') return data[field];
  return (
    own(names, kind) ??
    kind.replace(/(?<![a-z0-9])(?:[a-z]_)+[a-z](?![a-z])/g, (letters) => letters.replaceAll('_', ''))
  );
}

/** Fields of a call's data that are not its arguments. */
const notArguments: ReadonlySet<string> = words(`
  filter order_by inferred_type limit having_max name original_name span
`);
const units: ReadonlySet<string> = new Set(['unit', 'field']);

/** A node of a kind of its own: its expressions, in the tree's order, are the arguments. */
export function convertCall(tree: Tree, env: Env): Expression {
  const kind = kindOf(tree);
  const data = (dataOf(tree) ?? {}) as Readonly<Record<string, unknown>>;
  const args = Object.entries(data).flatMap(([field, value]) =>
    notArguments.has(field) ? [] : argumentsIn(field, value, env),
  );
  const extra = Array.isArray(data['having_max'])
    ? argumentsIn('having_max', data['having_max'][0], env)
    : [];
  const orderBy = Array.isArray(data['order_by'])
    ? convertSortKeys(data['order_by'] as Data<'ordered'>[], env)
    : [];
  const converted = call(nameOf(kind, data), [...args, ...extra], env, isAggregate(kind, env.dialect));
  return {
    ...converted,
    ...(data['distinct'] === true ? { distinct: true } : {}),
    ...(isTree(data['filter']) ? { filter: convertExpression(data['filter'], env) } : {}),
    ...(orderBy.length > 0 ? { orderBy } : {}),
  };
}

function argumentsIn(field: string, value: unknown, env: Env): Expression[] {
  if (typeof value === 'string') return units.has(field) ? [literal('other', value.toUpperCase())] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => argumentsIn(field, each, env));
  if (isTree(value)) return [convertExpression(value, env)];
  return Object.entries(value).flatMap(([inner, each]) => argumentsIn(inner, each, env));
}

function convertWindow(data: Data<'window_function'>, env: Env): WindowExpression {
  const inner = convertExpression(data.this, env);
  const called: CallExpression =
    inner.ex === 'call' ? inner : { ex: 'call', name: 'expression', args: [inner] };
  return { ex: 'window', call: called, ...convertOver(data.over, env) };
}
