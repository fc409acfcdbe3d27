/** One SELECT as a stack of operators: FROM, WHERE, GROUP BY or projection, HAVING, QUALIFY, DISTINCT, ORDER BY, LIMIT. */
import type { Expression, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import { convertExpression, convertOver } from './expression.ts';
import { convertFrom } from './from.ts';
import { convertGroupBy, holdsAggregate } from './group.ts';
import { withCtes, withTail } from './query.ts';
import { at, nothing, type Env, type WindowDefinition } from './env.ts';
import { liftGenerators } from './generators.ts';
import type { Data, Tree } from '../readers/tree.ts';

export function convertSelect(select: Data<'select'>, outer: Env): Relation {
  return withCtes(select.with, outer, (scoped) => convertBody(select, scoped));
}

function convertBody(select: Data<'select'>, outer: Env): Relation {
  const from = convertFrom(select, outer);
  const env = withWindows(select, from?.env ?? outer);
  let relation = from?.relation ?? nothing;
  const where = (predicate: Tree | null | undefined, clause: 'where' | 'having' | 'qualify') => {
    if (predicate)
      relation = {
        op: 'filter',
        input: relation,
        predicate: convertExpression(predicate, env),
        clause,
        ...at(env, predicate),
      };
  };
  if (select.connect) {
    env.report('sql.connect_by', 'CONNECT BY is read as one level of the hierarchy');
  }
  where(select.prewhere, 'where');
  where(select.where_clause?.this, 'where');

  const written = select.expressions.map((each) => convertItem(each, env));
  const lifted = liftGenerators(relation, asStruct(written, select.kind));
  relation = lifted.relation;
  const items = lifted.items;
  const having = select.having && convertExpression(select.having.this, env);
  const grouped =
    select.group_by ??
    (items.some((item) => holdsAggregate(item.value)) || (having && holdsAggregate(having)));
  relation = grouped
    ? {
        op: 'aggregate',
        input: relation,
        ...convertGroupBy(select.group_by, items, env),
        items,
        ...at(env, select.expressions),
      }
    : { op: 'project', input: relation, items, ...at(env, select.expressions) };

  where(select.having?.this, 'having');
  where(select.qualify?.this, 'qualify');
  if (select.distinct || select.distinct_on)
    relation = {
      op: 'distinct',
      input: relation,
      ...(select.distinct_on?.length
        ? { on: select.distinct_on.map((each) => convertExpression(each, env)) }
        : {}),
    };
  const limit = select.limit ?? select.top ?? (select.fetch?.count ? { this: select.fetch.count } : null);
  return withTail(relation, { order_by: select.order_by, limit }, env);
}

export function convertItem(tree: Tree, env: Env): ProjectItem {
  if ('annotated' in tree) return convertItem(tree.annotated.this, env);
  if ('alias' in tree)
    return {
      name: tree.alias.alias.name,
      value: convertExpression(tree.alias.this, env),
      ...at(env, tree),
    };
  const value = convertExpression(tree, env);
  const name = impliedName(value);
  return { ...(name === undefined ? {} : { name }), value, ...at(env, tree) };
}

/** The name that an output column has without an alias: that of the column or field itself. */
function impliedName(value: Expression): string | undefined {
  if (value.ex === 'column') return value.name;
  if (value.ex === 'field') return value.field;
  return undefined;
}

/** BigQuery's `SELECT AS STRUCT` makes one column of all; `SELECT AS VALUE` makes columns of one struct's fields. */
function asStruct(items: readonly ProjectItem[], kind: string | null | undefined): readonly ProjectItem[] {
  if (kind?.toUpperCase() === 'VALUE' && items.length === 1)
    return [{ ...items[0]!, value: { ex: 'star', of: items[0]!.value } }];
  if (kind?.toUpperCase() !== 'STRUCT' || items.length === 0) return items;
  return [
    {
      value: {
        ex: 'struct',
        fields: items.map(({ name, value }) => ({ ...(name === undefined ? {} : { name }), value })),
      },
    },
  ];
}

function withWindows(select: Data<'select'>, env: Env): Env {
  if (!select.windows?.length) return env;
  const windows = new Map(env.windows);
  let inner: Env = { ...env, windows };
  for (const each of select.windows) {
    const definition: WindowDefinition = convertOver(each.spec, inner);
    windows.set(each.name.name.toLowerCase(), definition);
    inner = { ...env, windows };
  }
  return inner;
}
