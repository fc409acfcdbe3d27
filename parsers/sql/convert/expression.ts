/** Expressions: the table of contents. Each family of nodes has a file of its own. */
import type { Expression, SortKey } from '../../../schema/contracts/relation.ts';
import { callHandlers, convertCall, isFunctionKind } from './call.ts';
import { columnHandlers } from './column.ts';
import { operatorHandlers } from './operator.ts';
import { subqueryHandlers } from './subquery.ts';
import { valueHandlers } from './value.ts';
import { opaqueExpression } from './unknown.ts';
import type { Env, WindowDefinition } from './env.ts';
import { dispatch, kindOf, type Data, type Handlers, type Tree } from '../readers/tree.ts';

let families: Handlers<Env, Expression> | undefined;

export function convertExpression(tree: Tree, env: Env): Expression {
  families ??= {
    ...valueHandlers,
    ...columnHandlers,
    ...operatorHandlers,
    ...subqueryHandlers,
    ...callHandlers,
  };
  return (
    dispatch<Env, Expression>(families, tree, env) ??
    (isFunctionKind(kindOf(tree)) ? convertCall(tree, env) : opaqueExpression(tree, env))
  );
}

export function convertSortKeys(keys: readonly Data<'ordered'>[], env: Env): SortKey[] {
  return keys.map((key) => ({
    value: convertExpression(key.this, env),
    ...(key.desc ? { descending: true } : {}),
  }));
}

export function convertOver(over: Data<'over'>, env: Env): WindowDefinition {
  const base = over.window_name && env.windows.get(over.window_name.name.toLowerCase());
  const partitionBy = over.partition_by.map((each) => convertExpression(each, env));
  const orderBy = convertSortKeys(over.order_by, env);
  const frame = over.frame ? frameText(over.frame, env) : base?.frame;
  return {
    partitionBy: partitionBy.length > 0 ? partitionBy : (base?.partitionBy ?? []),
    orderBy: orderBy.length > 0 ? orderBy : (base?.orderBy ?? []),
    ...(frame === undefined ? {} : { frame }),
  };
}

type Frame = NonNullable<Data<'over'>['frame']>;

function frameText(frame: Frame, env: Env): string {
  const start = boundText(frame.start, env);
  const kind = frame.kind.toUpperCase();
  return frame.end === null
    ? `${kind} ${start}`
    : `${kind} BETWEEN ${start} AND ${boundText(frame.end, env)}`;
}

const bounds: Readonly<Record<string, string>> = {
  CurrentRow: 'CURRENT ROW',
  UnboundedPreceding: 'UNBOUNDED PRECEDING',
  UnboundedFollowing: 'UNBOUNDED FOLLOWING',
};

function boundText(bound: Frame['start'], env: Env): string {
  if (typeof bound === 'string') return bounds[bound] ?? bound;
  for (const [side, tree] of Object.entries(bound)) {
    const value = convertExpression(tree, env);
    return `${value.ex === 'literal' ? value.value : '?'} ${side.toUpperCase()}`;
  }
  return '?';
}
