import { own } from '../../../schema/contracts/own.ts';
import type { CteDefinition, Expression, Join } from '../../../schema/contracts/relation.ts';
import { callFunction } from '../calls.ts';
import { lineOf, type Library, type Run } from '../run.ts';
import { hostValue, textOf, textsOf, unknown, type CallSite, type Host, type Value } from '../values.ts';
import {
  aggregateCall,
  allOf,
  columnOf,
  columnValue,
  comparison,
  itemOf,
  operandOf,
  sourceOf,
} from './expressions.ts';
import { joined, newQuery, noteQuery, relationOf, takeQuery, type Query } from './query.ts';

const handle = /^_*(knex|trx|db)$/i;

/** `db` is knex's by its name only as long as the code does not make it otherwise: `const db = createClient(…)`. */
const isMadeOtherwise = (value: Value | undefined): boolean =>
  value?.is === 'unknown' && value.path.length > 0 && !value.path.some((part) => /knex|trx|db$/i.test(part));

/** `client.db('shop')` names a database of MongoDB. */
const isClient = (value: Value | undefined): boolean =>
  value?.is === 'unknown' && value.path.some((part) => /client|mongo|connection/i.test(part));

/** knex: `knex('t').join(…)`, `knex.select(…).from('t')`, `knex('t').insert(…)`. */
export const knexLibrary: Library = (call, run) => {
  const name = call.path.slice(call.path.lastIndexOf('.') + 1);
  const holder = call.path.slice(0, Math.max(0, call.path.length - name.length - 1)).replace(/^.*\./, '');
  const [first] = call.args;
  if (
    /^_*(knex|trx|qb)$|^db$/i.test(name) &&
    !isClient(call.receiver) &&
    (first?.is === 'text' || first?.is === 'object')
  ) {
    const from = sourceOf(first, [], lineOf(run, call.at));
    if (
      from === undefined ||
      (first.is === 'text' &&
        /\s(?!as\s)/i.test(
          first.text
            .trim()
            .replace(/(?<!\s)\s+as\s+/i, ' as ')
            .replace(' as ', ''),
        ))
    )
      return undefined;
    return builder(newQuery('select', call.node, run, { from }), run);
  }
  const isStart = /^(select|from|with|withRecursive|into|insert|distinct|queryBuilder|table)$/.test(name);
  return isStart && handle.test(holder) && !isMadeOtherwise(call.receiver)
    ? step(newQuery('select', call.node, run), name, call.args, call, run)
    : undefined;
};

interface BuilderHost extends Host {
  query: Query;
}

const builderOf = (value: Value | undefined): BuilderHost | undefined =>
  value?.is === 'host' && value.host.type === 'knex' ? (value.host as BuilderHost) : undefined;

const namesIn = ({ outer = [], ctes }: Query): readonly CteDefinition[] => [...outer, ...ctes];

/** A query, or that of a callback which is given a new one: what it gives back, else what it did to that. */
function innerOf(value: Value | undefined, around: Query, site: CallSite, run: Run): BuilderHost | undefined {
  if (value?.is !== 'function') return builderOf(value);
  const given = builder(newQuery('select', site.node, run, { outer: namesIn(around) }), run);
  return builderOf(callFunction(value, [given], site.node, run)) ?? builderOf(given);
}

/** knex changes a query in place: the object stays, its state moves on. */
function builder(query: Query, run: Run): Value {
  noteQuery(query, run);
  const host: BuilderHost = {
    type: 'knex',
    query,
    method: (name, args, site, at) => {
      const result = step(host.query, name, args, site, at);
      const next = builderOf(result);
      if (next !== undefined) host.query = next.query;
      return result;
    },
  };
  return hostValue(host);
}

const joins: Readonly<Record<string, Join['kind']>> = {
  join: 'inner',
  innerJoin: 'inner',
  leftJoin: 'left',
  leftOuterJoin: 'left',
  rightJoin: 'right',
  rightOuterJoin: 'right',
  fullOuterJoin: 'full',
  outerJoin: 'full',
  crossJoin: 'cross',
};

function step(
  state: Query,
  name: string,
  args: readonly Value[],
  site: CallSite,
  run: Run,
): Value | undefined {
  const [first, second] = args;
  const line = lineOf(run, site.at);
  const next = (changes: Partial<Query>): Value => {
    takeQuery(state, run);
    return builder({ ...state, ...changes, node: site.node, steps: state.steps + 1 }, run);
  };
  // What `whereExists` and its like read is read beside the query; a callback that only groups conditions reads nothing.
  if (/^(and|or)?(where|having)/i.test(name))
    for (const arg of args) if (arg.is === 'function') innerOf(arg, state, site, run);
  const kind = own(joins, name);
  if (kind !== undefined) {
    const inner = builderOf(first);
    if (inner !== undefined) takeQuery(inner.query, run);
    const right = inner === undefined ? sourceOf(first, namesIn(state), line) : relationOf(inner.query);
    return next(
      right === undefined ? {} : { from: joined(state, kind, right, onOf(args.slice(1), site, run), line) },
    );
  }
  if (/^(and)?[wW]here/.test(name) || /^having/.test(name) || /^or(Where|Having)/.test(name)) {
    const predicate = predicateOf(name, args, site, run);
    return next(
      /[hH]aving/.test(name)
        ? { having: [...state.having, predicate] }
        : { predicates: [...state.predicates, predicate] },
    );
  }
  if (/^(count|countDistinct|sum|sumDistinct|avg|avgDistinct|min|max)$/.test(name)) {
    const text = textOf(first);
    const [, column = '*', alias] = /^([^]+?)(?:(?<!\s)\s+as\s+(\w+))?$/i.exec(text ?? '*') ?? [];
    const item = {
      ...(alias === undefined ? {} : { name: alias }),
      value: aggregateCall(name, [columnOf(column.trim())]),
      line,
    };
    return next({ items: [...state.items, item] });
  }
  const listed = args.flatMap((arg) => (arg.is === 'list' ? arg.items : [arg]));
  switch (name) {
    case 'select':
    case 'column':
    case 'columns':
    case 'first':
    case 'pluck':
      return next({ items: [...state.items, ...listed.map((item) => itemOf(item, site, run))] });
    case 'distinct':
      return next({
        distinct: true,
        items: [...state.items, ...listed.map((item) => itemOf(item, site, run))],
      });
    case 'from':
    case 'table':
    case 'into': {
      const inner = builderOf(first);
      if (inner !== undefined) takeQuery(inner.query, run);
      const from = inner === undefined ? sourceOf(first, namesIn(state), line) : relationOf(inner.query);
      return next(from === undefined ? {} : { from });
    }
    case 'groupBy':
      return next({ keys: [...state.keys, ...listed.map((item) => columnValue(item, site, run))] });
    case 'orderBy': {
      const descending = textOf(second)?.toLowerCase() === 'desc' ? { descending: true } : {};
      return next({
        order:
          first?.is === 'text'
            ? [...state.order, { value: columnValue(first, site, run), ...descending }]
            : state.order,
      });
    }
    case 'limit':
      return next({ limited: true, ...(first?.is === 'number' ? { limit: first.value } : {}) });
    case 'with':
    case 'withRecursive': {
      const cteName = textOf(first);
      const inner = innerOf(second, state, site, run);
      if (inner === undefined || cteName === undefined) return next({});
      takeQuery(inner.query, run);
      return next({ ctes: [...state.ctes, { name: cteName, relation: relationOf(inner.query), line }] });
    }
    case 'union':
    case 'unionAll': {
      const others = listed.flatMap((item) => {
        const inner = innerOf(item, state, site, run);
        if (inner !== undefined) takeQuery(inner.query, run);
        return inner === undefined ? [] : [relationOf(inner.query)];
      });
      return next({
        set: { kind: 'union', all: name === 'unionAll', others: [...(state.set?.others ?? []), ...others] },
      });
    }
    case 'insert':
    case 'update':
    case 'del':
    case 'delete':
    case 'truncate':
    case 'upsert':
      return next(writing(state, name, first, run));
    case 'onConflict':
      return next({ uniqueKey: textsOf(first) });
    case 'then':
    case 'toSQL':
    case 'toString':
    case 'stream':
      return unknown('rows');
    default:
      return next({});
  }
}

function writing(state: Query, name: string, rows: Value | undefined, run: Run): Partial<Query> {
  const source = state.from?.op === 'alias' ? state.from.input : state.from;
  const inner = builderOf(rows);
  if (inner !== undefined) takeQuery(inner.query, run);
  const row = rows?.is === 'list' ? rows.items[0] : rows;
  const columns = row?.is === 'object' && !row.open ? [...row.entries.keys()] : undefined;
  const target = source?.op === 'scan' ? source.table : undefined;
  const { from: _, ...rest } = state;
  return {
    ...rest,
    kind:
      name === 'insert' || name === 'upsert'
        ? 'insert'
        : name === 'update'
          ? 'update'
          : name === 'truncate'
            ? 'truncate'
            : 'delete',
    ...(target === undefined ? {} : { target }),
    ...(columns === undefined || name === 'del' ? {} : { columns }),
    ...(inner === undefined ? {} : { rows: relationOf(inner.query) }),
  };
}

/** `(a, b)`, `(a, op, b)`, or a function that says `this.on(…)`, which is not followed. */
function onOf(args: readonly Value[], site: CallSite, run: Run): Expression | undefined {
  const [left, middle, right] = args;
  if (left === undefined || left.is === 'function') return { ex: 'opaque', parts: [] };
  if (left.is === 'object') {
    return allOf(
      [...left.entries].map(([key, value]) => ({
        ex: 'binary',
        op: '=',
        left: columnOf(key),
        right: columnValue(value, site, run),
      })),
    );
  }
  const op = right === undefined ? '=' : (textOf(middle) ?? '=');
  return {
    ex: 'binary',
    op,
    left: columnValue(left, site, run),
    right: columnValue(right ?? middle, site, run),
  };
}

function predicateOf(name: string, args: readonly Value[], site: CallSite, run: Run): Expression {
  const [first, second, third] = args;
  const plain = name.replace(/^(and|or)/, '').toLowerCase();
  if (name.startsWith('or'))
    return { ex: 'opaque', parts: first?.is === 'text' ? [columnOf(first.text)] : [] };
  if (first?.is === 'object') {
    const all = [...first.entries].map(([key, value]) => comparison('=', columnOf(key), value, site, run));
    const joinedAll = allOf(all) ?? { ex: 'opaque', parts: [] };
    return plain.endsWith('not') ? { ex: 'unary', op: 'NOT', value: joinedAll } : joinedAll;
  }
  if (first?.is !== 'text')
    return first === undefined ? { ex: 'opaque', parts: [] } : operandOf(first, site, run);
  const column = columnOf(first.text);
  if (plain.endsWith('raw')) return { ex: 'opaque', parts: [], text: first.text };
  if (plain.endsWith('notnull')) return { ex: 'unary', op: 'IS NOT NULL', value: column };
  if (plain.endsWith('null')) return { ex: 'unary', op: 'IS NULL', value: column };
  if (plain.endsWith('notin')) return comparison('NOT IN', column, second, site, run);
  if (plain.endsWith('in')) return comparison('IN', column, second, site, run);
  if (plain.endsWith('between') && second?.is === 'list') {
    const [low, high] = second.items.map((item) => operandOf(item, site, run));
    const between: Expression = {
      ex: 'between',
      value: column,
      low: low ?? { ex: 'opaque', parts: [] },
      high: high ?? { ex: 'opaque', parts: [] },
    };
    return plain.includes('not') ? { ex: 'unary', op: 'NOT', value: between } : between;
  }
  const result =
    third === undefined
      ? comparison('=', column, second, site, run)
      : comparison(textOf(second) ?? '=', column, third, site, run);
  return /not$/.test(plain) ? { ex: 'unary', op: 'NOT', value: result } : result;
}
