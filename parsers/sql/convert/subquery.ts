/** Queries inside expressions. */
import type { Expression, SubqueryExpression } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import { convertQuery } from './query.ts';
import type { Env } from './env.ts';
import { isQuery, onlyOf, type Data, type Handlers, type Tree } from '../readers/tree.ts';

const not = (value: Expression): Expression => ({ ex: 'unary', op: 'NOT', value });

export const subqueryHandlers: Handlers<Env, Expression> = {
  subquery: (data, env) => scalar(data.this, env),
  select: (data, env) => scalar({ select: data }, env),
  union: (data, env) => scalar({ union: data }, env),
  intersect: (data, env) => scalar({ intersect: data }, env),
  except: (data, env) => scalar({ except: data }, env),
  exists: (data, env) => {
    const exists: SubqueryExpression = {
      ex: 'subquery',
      kind: 'exists',
      relation: convertQuery(data.this, env),
    };
    return data.not ? not(exists) : exists;
  },
  in: convertIn,
  any: convertQuantified,
  all: convertQuantified,
  /** `TABLE t` or `MODEL m` as an argument. */
  table_argument: (data, env) =>
    data.prefix.toUpperCase() === 'TABLE'
      ? scalar(data.this, env)
      : { ex: 'literal', type: 'other', value: data.prefix.toLowerCase() },
};

export function scalar(
  tree: Tree,
  env: Env,
  kind: SubqueryExpression['kind'] = 'scalar',
): SubqueryExpression {
  return { ex: 'subquery', kind, relation: convertQuery(tree, env) };
}

function convertIn(data: Data<'in'>, env: Env): Expression {
  const value = convertExpression(data.this, env);
  const found = ((): Expression => {
    if (data.query) return { ex: 'subquery', kind: 'in', relation: convertQuery(data.query, env), value };
    const only = onlyOf(data.expressions);
    if (only && isQuery(only))
      return { ex: 'subquery', kind: 'in', relation: convertQuery(only, env), value };
    if (data.unnest)
      return {
        ex: 'in',
        value,
        list: [{ ex: 'call', name: 'unnest', args: [convertExpression(data.unnest, env)] }],
      };
    return { ex: 'in', value, list: data.expressions.map((each) => convertExpression(each, env)) };
  })();
  return data.not ? not(found) : found;
}

function convertQuantified(data: Data<'any'>, env: Env): Expression {
  const value = convertExpression(data.this, env);
  const list = data.subquery;
  if ('subquery' in list || 'select' in list || 'union' in list)
    return { ex: 'subquery', kind: 'compare', relation: convertQuery(list, env), value };
  const array = convertExpression(list, env);
  return {
    ex: 'in',
    value,
    list: array.ex === 'array' ? array.items : [{ ex: 'call', name: 'unnest', args: [array] }],
  };
}
