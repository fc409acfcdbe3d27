/** Nodes that no converter knows: what can be found inside them is kept, and a diagnostic says so. */
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Expression, OpaqueExpression, OpaqueRelation } from '../../../schema/contracts/relation.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import { convertExpression } from './expression.ts';
import { convertQuery } from './query.ts';
import { findCte, type Env } from './env.ts';
import { tableName } from './table-name.ts';
import { dataOf, firstLine, kindOf, treesIn, type Tree } from '../readers/tree.ts';

const queryKinds: ReadonlySet<string> = new Set(['select', 'union', 'intersect', 'except', 'subquery']);

export function opaqueRelation(tree: Tree, env: Env): OpaqueRelation {
  const kind = kindOf(tree);
  env.report('sql.unknown_relation', `No rule for the relation "${kind}"`, firstLine(tree));
  return { op: 'opaque', reads: tablesIn(tree, env), reason: kind };
}

export function opaqueExpression(tree: Tree, env: Env): OpaqueExpression {
  const kind = kindOf(tree);
  env.report('sql.unknown_expression', `No rule for the expression "${kind}"`, firstLine(tree));
  return { ex: 'opaque', parts: expressionsIn(dataOf(tree), env), text: kind };
}

function expressionsIn(value: unknown, env: Env): Expression[] {
  return [...treesIn(value)].map((each) => convertExpression(each, env));
}

function tablesIn(tree: Tree, env: Env): NameRef[] {
  const kind = kindOf(tree);
  if ('table' in tree) {
    const name = tableName(tree.table, env);
    return name.parts.length === 1 && findCte(env, name.parts[0]!) ? [] : [name];
  }
  if (queryKinds.has(kind)) return readsOf(convertQuery(tree, env));
  return [...treesIn(dataOf(tree))].flatMap((each) => tablesIn(each, env));
}
