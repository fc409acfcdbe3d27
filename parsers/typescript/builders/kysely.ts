import { own } from '../../../schema/contracts/own.ts';
import type { Join, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import { callFunction } from '../calls.ts';
import { lineOf, type Library, type Run } from '../run.ts';
import { codeTable } from '../sql.ts';
import { hostValue, textOf, textsOf, unknown, type CallSite, type Host, type Value } from '../values.ts';
import {
  aggregateCall,
  aggregates,
  allOf,
  columnValue,
  comparison,
  expressionValue,
  hostOf,
  itemOf,
  operandOf,
  sourceOf,
} from './expressions.ts';
import { joined, newQuery, noteQuery, relationOf, takeQuery, type Query } from './query.ts';

/** kysely: `db.selectFrom(…)`, `insertInto`, `updateTable`, `deleteFrom`, `with`. */
export const kyselyLibrary: Library = (call, run) => start(call.method, call.args, call, run, []);

interface QueryHost extends Host {
  readonly query: Query;
  readonly alias?: string;
}

const queryOf = (value: Value | undefined): QueryHost | undefined =>
  value?.is === 'host' && 'query' in value.host ? (value.host as QueryHost) : undefined;

/** A chain's first call, on the database or on what a `with` gives. */
function start(
  name: string,
  args: readonly Value[],
  site: CallSite,
  run: Run,
  ctes: Query['ctes'],
): Value | undefined {
  const line = lineOf(run, site.at);
  const [first] = args;
  if (name === 'selectFrom') {
    const from = fromOf(first, site, run, ctes);
    return from === undefined
      ? undefined
      : query(newQuery('select', site.node, run, { from, ctes, steps: 1 }), run);
  }
  if (
    name === 'insertInto' ||
    name === 'replaceInto' ||
    name === 'updateTable' ||
    name === 'deleteFrom' ||
    name === 'mergeInto'
  ) {
    const target = codeTable(textOf(first)?.replace(/(?<!\s)\s+as\s+\w+$/i, ''), line);
    if (target === null) return undefined;
    const kind = name === 'updateTable' ? 'update' : name === 'deleteFrom' ? 'delete' : 'insert';
    return query(
      newQuery(kind, site.node, run, {
        target,
        ctes,
        steps: 1,
        ...(name === 'mergeInto' ? { uniqueKey: [] } : {}),
      }),
      run,
    );
  }
  if ((name === 'with' || name === 'withRecursive') && args[1]?.is === 'function') {
    const cteName = textOf(first)?.replace(/\([^]*$/, '');
    if (cteName === undefined) return undefined;
    const inner = queryOf(callFunction(args[1], [database(ctes)], site.node, run));
    if (inner === undefined) return undefined;
    takeQuery(inner.query, run);
    const recursive = name === 'withRecursive' ? { recursive: true } : {};
    return database([...ctes, { name: cteName, relation: relationOf(inner.query), ...recursive, line }]);
  }
  return undefined;
}

function database(ctes: Query['ctes']): Value {
  return hostValue({ type: 'kysely', method: (name, args, site, run) => start(name, args, site, run, ctes) });
}

function fromOf(
  value: Value | undefined,
  site: CallSite,
  run: Run,
  ctes: Query['ctes'],
): Relation | undefined {
  const line = lineOf(run, site.at);
  if (value?.is === 'list') {
    const [first, ...rest] = value.items
      .map((item) => fromOf(item, site, run, ctes))
      .filter((item) => item !== undefined);
    return rest.reduce<Relation | undefined>(
      (left, right) => left && { op: 'join', kind: 'cross', left, right, line },
      first,
    );
  }
  const given =
    value?.is === 'function' ? callFunction(value, [expressionBuilder(ctes)], site.node, run) : value;
  const inner = queryOf(given);
  if (inner !== undefined) {
    takeQuery(inner.query, run);
    const relation = relationOf(inner.query);
    return inner.alias === undefined ? relation : { op: 'alias', input: relation, name: inner.alias };
  }
  return sourceOf(given, ctes, line);
}

const joins: Readonly<Record<string, Join['kind']>> = {
  innerJoin: 'inner',
  leftJoin: 'left',
  rightJoin: 'right',
  fullJoin: 'full',
  crossJoin: 'cross',
  innerJoinLateral: 'inner',
  leftJoinLateral: 'left',
};

function query(state: Query, run: Run, alias?: string): Value {
  noteQuery(state, run);
  const host: QueryHost = {
    type: 'query',
    query: state,
    ...(alias === undefined ? {} : { alias }),
    method: (name, args, site, at) => step(state, name, args, site, at),
  };
  return hostValue(host);
}

function step(
  state: Query,
  name: string,
  args: readonly Value[],
  site: CallSite,
  run: Run,
): Value | undefined {
  const [first, second, third] = args;
  const next = (changes: Partial<Query>): Value => {
    takeQuery(state, run);
    return query({ ...state, ...changes, node: site.node, steps: state.steps + 1 }, run);
  };
  const kind = own(joins, name);
  if (kind !== undefined) {
    const right = fromOf(first, site, run, state.ctes);
    if (right === undefined) return next({});
    const on =
      second?.is === 'function'
        ? joinCondition(second, site, run)
        : second === undefined
          ? undefined
          : ({
              ex: 'binary',
              op: '=',
              left: columnValue(second, site, run),
              right: columnValue(third, site, run),
            } as const);
    return next({ from: joined(state, kind, right, on, lineOf(run, site.at)) });
  }
  const builder = (): Value => expressionBuilder(state.ctes);
  switch (name) {
    case 'select': {
      const value = first?.is === 'function' ? callFunction(first, [builder()], site.node, run) : first;
      const list = value?.is === 'list' ? value.items : value === undefined ? [] : [value];
      return next({ items: [...state.items, ...list.map((item) => selected(item, site, run))] });
    }
    case 'selectAll': {
      const tables = textsOf(first);
      const stars: ProjectItem[] =
        tables.length > 0
          ? tables.map((table) => ({ value: { ex: 'star', qualifier: [table] } }))
          : [{ value: { ex: 'star' } }];
      return next({ items: [...state.items, ...stars] });
    }
    case 'where':
    case 'having': {
      const predicate =
        first?.is === 'function'
          ? operandOf(callFunction(first, [builder()], site.node, run), site, run)
          : second === undefined
            ? operandOf(first, site, run)
            : comparison(
                textOf(second) ?? '=',
                columnValue(first, site, run),
                subquery(third, run),
                site,
                run,
              );
      return next(
        name === 'where'
          ? { predicates: [...state.predicates, predicate] }
          : { having: [...state.having, predicate] },
      );
    }
    case 'whereRef':
    case 'havingRef': {
      const predicate = {
        ex: 'binary',
        op: textOf(second) ?? '=',
        left: columnValue(first, site, run),
        right: columnValue(third, site, run),
      } as const;
      return next(
        name === 'whereRef'
          ? { predicates: [...state.predicates, predicate] }
          : { having: [...state.having, predicate] },
      );
    }
    case 'groupBy': {
      const value = first?.is === 'function' ? callFunction(first, [builder()], site.node, run) : first;
      const list = value?.is === 'list' ? value.items : value === undefined ? [] : [value];
      return next({ keys: [...state.keys, ...list.map((item) => columnValue(item, site, run))] });
    }
    case 'orderBy': {
      const list = first?.is === 'list' ? first.items : first === undefined ? [] : [first];
      const descending = textOf(second) === 'desc' ? { descending: true } : {};
      return next({
        order: [
          ...state.order,
          ...list.map((item) => ({ value: columnValue(item, site, run), ...descending })),
        ],
      });
    }
    case 'limit':
    case 'top':
    case 'fetch':
      return next({ limited: true, ...(first?.is === 'number' ? { limit: first.value } : {}) });
    case 'distinct':
      return next({ distinct: true });
    case 'distinctOn': {
      const list = first?.is === 'list' ? first.items : first === undefined ? [] : [first];
      return next({ distinctOn: list.map((item) => columnValue(item, site, run)) });
    }
    case 'union':
    case 'unionAll':
    case 'intersect':
    case 'except': {
      const inner = queryOf(first);
      if (inner === undefined) return next({});
      takeQuery(inner.query, run);
      const op = name.startsWith('union') ? 'union' : (name as 'intersect' | 'except');
      return next({
        set: {
          kind: op,
          all: name === 'unionAll',
          others: [...(state.set?.others ?? []), relationOf(inner.query)],
        },
      });
    }
    case 'values': {
      const value = first?.is === 'function' ? callFunction(first, [builder()], site.node, run) : first;
      const row = value?.is === 'list' ? value.items[0] : value;
      const columns = row?.is === 'object' && !row.open ? [...row.entries.keys()] : undefined;
      return next(columns === undefined ? {} : { columns });
    }
    case 'columns':
      return next({ columns: textsOf(first) });
    case 'expression': {
      const inner = queryOf(
        first?.is === 'function' ? callFunction(first, [builder()], site.node, run) : first,
      );
      if (inner === undefined) return next({});
      takeQuery(inner.query, run);
      return next({ rows: relationOf(inner.query) });
    }
    case 'from':
    case 'using': {
      const from = fromOf(first, site, run, state.ctes);
      return next(from === undefined ? {} : { from });
    }
    case 'onConflict':
    case 'onDuplicateKeyUpdate': {
      const key =
        first?.is === 'function'
          ? textsOf(callFunction(first, [conflict([])], site.node, run))
          : textsOf(first);
      return next({ uniqueKey: key });
    }
    case 'as':
      return query(state, run, textOf(first));
    case 'execute':
    case 'executeTakeFirst':
    case 'executeTakeFirstOrThrow':
    case 'stream':
    case 'compile':
    case 'explain':
      return unknown('rows');
    case '$if':
      return second?.is === 'function' ? callFunction(second, [query(state, run)], site.node, run) : next({});
    default:
      return next({});
  }
}

function selected(value: Value, site: CallSite, run: Run): ProjectItem {
  const inner = queryOf(value);
  if (inner === undefined) return itemOf(value, site, run);
  takeQuery(inner.query, run);
  return {
    ...(inner.alias === undefined ? {} : { name: inner.alias }),
    value: { ex: 'subquery', kind: 'scalar', relation: relationOf(inner.query) },
  };
}

function subquery(value: Value | undefined, run: Run): Value | undefined {
  const inner = queryOf(value);
  if (inner === undefined) return value;
  takeQuery(inner.query, run);
  return expressionValue({ ex: 'subquery', kind: 'scalar', relation: relationOf(inner.query) });
}

/** `join => join.onRef('a', '=', 'b').on('c', '=', 1)`. */
function joinCondition(callback: Extract<Value, { is: 'function' }>, site: CallSite, run: Run) {
  const result = hostOf(callFunction(callback, [joinBuilder([])], site.node, run));
  return result?.expression;
}

function joinBuilder(conditions: readonly Parameters<typeof allOf>[0][number][]): Value {
  const expression = allOf(conditions) ?? { ex: 'literal', type: 'boolean', value: 'true' };
  const host = {
    type: 'join',
    expression,
    method: (name: string, args: readonly Value[], site: CallSite, run: Run): Value | undefined => {
      const [left, op, right] = args;
      if (name === 'onTrue') return joinBuilder(conditions);
      if (name === 'onRef') {
        return joinBuilder([
          ...conditions,
          {
            ex: 'binary',
            op: textOf(op) ?? '=',
            left: columnValue(left, site, run),
            right: columnValue(right, site, run),
          },
        ]);
      }
      if (name === 'on')
        return joinBuilder([
          ...conditions,
          comparison(textOf(op) ?? '=', columnValue(left, site, run), right, site, run),
        ]);
      return undefined;
    },
  };
  return hostValue(host);
}

/** `oc => oc.columns([…]).doUpdateSet(…)`: the key's columns. */
function conflict(columns: readonly string[]): Value {
  const list: Value = { is: 'list', items: columns.map((text) => ({ is: 'text', text })), open: false };
  if (columns.length > 0) return list;
  return hostValue({
    type: 'conflict',
    method: (name, args) => {
      if (name !== 'column' && name !== 'columns') return undefined;
      const key = textsOf(args[0]);
      return hostValue({ type: 'conflict', method: () => conflict(key.length > 0 ? key : ['?']) });
    },
  });
}

/** `eb('a', '=', 1)`, `eb.and([…])`, `eb.fn.sum('x')`, `eb.selectFrom(…)`. */
function expressionBuilder(ctes: Query['ctes']): Value {
  const functions = hostValue({
    type: 'fn',
    call: (args, site, run) => {
      const list = args[1]?.is === 'list' ? args[1].items : [];
      return expressionValue({
        ex: 'call',
        name: (textOf(args[0]) ?? 'fn').toLowerCase(),
        args: list.map((item) => columnValue(item, site, run)),
      });
    },
    method: (name, args, site, run) => {
      const list = args
        .flatMap((arg) => (arg.is === 'list' ? arg.items : [arg]))
        .map((arg) => columnValue(arg, site, run));
      return expressionValue(
        aggregates.test(name)
          ? aggregateCall(name, list)
          : { ex: 'call', name: name.toLowerCase(), args: list },
      );
    },
  });
  return hostValue({
    type: 'eb',
    get: (name) => (name === 'fn' ? functions : name === 'eb' ? expressionBuilder(ctes) : undefined),
    call: ([left, op, right], site, run) =>
      expressionValue(
        comparison(textOf(op) ?? '=', columnValue(left, site, run), subquery(right, run), site, run),
      ),
    method: (name, args, site, run) => {
      const [first] = args;
      if (name === 'and' || name === 'or') {
        const list = (first?.is === 'list' ? first.items : args).map((item) => operandOf(item, site, run));
        const all = allOf(list, name === 'and' ? 'AND' : 'OR');
        return all === undefined ? undefined : expressionValue(all);
      }
      if (name === 'ref') return expressionValue(columnValue(first, site, run));
      if (name === 'val' || name === 'lit') return expressionValue(operandOf(first, site, run));
      if (name === 'not')
        return expressionValue({ ex: 'unary', op: 'NOT', value: operandOf(first, site, run) });
      if (name === 'exists') {
        const inner = queryOf(first);
        if (inner === undefined) return undefined;
        takeQuery(inner.query, run);
        return expressionValue({ ex: 'subquery', kind: 'exists', relation: relationOf(inner.query) });
      }
      return start(name, args, site, run, ctes);
    },
  });
}
