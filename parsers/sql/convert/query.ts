/** Whole queries: SELECT is in convert-select.ts; here are what stands around it: WITH, set operations, parentheses, VALUES. */
import type { CteDefinition, Relation, SetOperation, SortKey } from '../../../schema/contracts/relation.ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { convertExpression, convertSortKeys } from './expression.ts';
import { convertSource } from './from.ts';
import { convertSelect } from './select.ts';
import { derivedAlias } from '../readers/subqueries.ts';
import { opaqueRelation } from './unknown.ts';
import { at, type CteScope, type Env } from './env.ts';
import { dispatch, type Data, type Handlers, type Tree } from '../readers/tree.ts';

const maxDepth = 400;

/** Dialects that let a CTE read itself without the word RECURSIVE. */
const recursiveWithoutWord: ReadonlySet<Dialect> = new Set(['snowflake', 'generic']);

const queries: Handlers<Env, Relation> = {
  select: convertSelect,
  union: (data, env) => convertSet('union', data, env),
  intersect: (data, env) => convertSet('intersect', data, env),
  except: (data, env) => convertSet('except', data, env),
  subquery: convertSubquery,
  paren: (data, env) => convertQuery(data.this, env),
  annotated: (data, env) => convertQuery(data.this, env),
  values: (data, env) => convertSource({ values: data }, env),
  table: (data, env) => convertSource({ table: data }, env),
};

export function convertQuery(tree: Tree, env: Env): Relation {
  if (env.depth > maxDepth) {
    env.report('sql.too_deep', `The query is nested more than ${maxDepth} levels deep`);
    return { op: 'opaque', reads: [], reason: 'too deep' };
  }
  const inner = { ...env, depth: env.depth + 1 };
  return dispatch<Env, Relation>(queries, tree, inner) ?? opaqueRelation(tree, inner);
}

/** ORDER BY and LIMIT as every kind of query may have them. */
interface Tail {
  readonly order_by?: { readonly expressions: readonly Data<'ordered'>[] } | null;
  readonly limit?: Tree | { readonly this: Tree } | null;
}

export function withTail(input: Relation, tail: Tail, env: Env): Relation {
  let relation = input;
  const by: SortKey[] = tail.order_by ? convertSortKeys(tail.order_by.expressions, env) : [];
  if (by.length > 0) relation = { op: 'sort', input: relation, by };
  if (tail.limit) {
    const { limit } = tail;
    const value = 'this' in limit ? convertExpression(limit.this, env) : convertExpression(limit, env);
    const count = value.ex === 'literal' && value.type === 'number' ? Number(value.value) : Number.NaN;
    relation = {
      op: 'limit',
      input: relation,
      ...(Number.isFinite(count) ? { count } : {}),
    };
  }
  return relation;
}

function convertSubquery(data: Data<'subquery'>, env: Env): Relation {
  const relation = withTail(convertQuery(data.this, env), data, env);
  if (!data.alias || data.alias.name === derivedAlias) return relation;
  const columns = data.column_aliases.map((each) => each.name);
  return {
    op: 'alias',
    input: relation,
    name: data.alias.name,
    ...(columns.length > 0 ? { columns } : {}),
    ...at(env, data.alias),
  };
}

function convertSet(
  kind: SetOperation['kind'],
  data: Data<'union'> | Data<'intersect'> | Data<'except'>,
  outer: Env,
): Relation {
  return withCtes(data.with, outer, (env) => {
    const inputs: Relation[] = [];
    let left: Tree = data.left;
    inputs.push(convertQuery(data.right, env));
    // A chain of UNION ALL is as deep as it is long: it is walked, not recursed into.
    for (;;) {
      const next = chained(kind, left, data);
      if (!next) break;
      inputs.push(convertQuery(next.right, env));
      left = next.left;
    }
    inputs.push(convertQuery(left, env));
    const set: SetOperation = {
      op: 'set',
      kind,
      all: data.all,
      ...(data.by_name || data.corresponding ? { byName: true } : {}),
      inputs: inputs.reverse(),
      ...at(env, left),
    };
    return withTail(set, data, env);
  });
}

function chained(kind: SetOperation['kind'], tree: Tree, like: Data<'union'>): Data<'union'> | undefined {
  if (kind !== 'union' || !('union' in tree)) return undefined;
  const data = tree.union;
  const plain = !data.with && !data.order_by && !data.limit;
  return plain && data.all === like.all && data.by_name === like.by_name ? data : undefined;
}

/** Reads the definitions of a WITH clause, then the body in their scope. */
export function withCtes(clause: Data<'with'> | null, env: Env, body: (env: Env) => Relation): Relation {
  if (!clause || clause.ctes.length === 0) return body(env);
  const ctes: CteDefinition[] = [];
  let scope = env.ctes;
  const selves = clause.ctes.map((cte) => {
    const self = { used: false, name: cte.alias.name.toLowerCase() };
    return self;
  });
  const own = (index: number, outer: CteScope | undefined): CteScope => ({
    name: selves[index]!.name,
    outer,
    onUse: () => {
      selves[index]!.used = true;
    },
  });
  clause.ctes.forEach((cte, index) => {
    let visible = scope;
    // With RECURSIVE, a definition may read itself and the ones after it.
    if (clause.recursive)
      for (let later = clause.ctes.length - 1; later >= index; later--) visible = own(later, visible);
    else if (recursiveWithoutWord.has(env.dialect) && 'union' in cte.this) visible = own(index, visible);
    selves[index]!.used = false;
    const relation = convertQuery(cte.this, { ...env, ctes: visible });
    const columns = cte.columns.map((each) => each.name);
    ctes.push({
      name: cte.alias.name,
      ...(columns.length > 0 ? { columns } : {}),
      relation,
      ...(selves[index]!.used ? { recursive: true } : {}),
      ...at(env, cte.alias),
    });
    scope = { name: selves[index]!.name, outer: scope };
  });
  return { op: 'with', ctes, body: body({ ...env, ctes: scope }) };
}
