import { own } from '../../../schema/contracts/own.ts';
import type { Expression, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import { callFunction } from '../calls.ts';
import { argument, lineOf, type Call, type Library, type Run } from '../run.ts';
import { addBuild, sqlItems } from '../sql.ts';
import { tableName } from '../../table-name.ts';
import { textOf, textsOf, unknown, type FrameValue, type GroupedValue, type Value } from '../values.ts';
import { sortKeys } from './columns.ts';
import { columnValue, expressionOf, outputName } from './expressions.ts';
import { derived, filterFrame, items, joinFrames, opaque, within, withColumns } from './frame.ts';
import { dropNulls, fillNulls } from './nulls.ts';

type Method = (frame: FrameValue, call: Call, run: Run) => Value | undefined;

const flat = (values: readonly Value[]): Value[] =>
  values.flatMap((value) => (value.is === 'list' ? value.items : [value]));

const same: Method = (frame) => frame;
const withRelation = (frame: FrameValue, relation: Relation, keeps = false): FrameValue =>
  derived(frame, relation, keeps);

const select: Method = (frame, call, run) => {
  const line = lineOf(run, call.at);
  return withRelation(frame, selected(frame, items(frame, flat(call.args), line), line));
};

/** A select with an aggregate and no grouping gives one row. */
function selected(frame: FrameValue, list: readonly ProjectItem[], line: number): Relation {
  const folds = list.some(({ value }) => value.ex === 'call' && value.aggregate === true);
  return folds
    ? { op: 'aggregate', input: frame.relation, keys: [], items: list, line }
    : { op: 'project', input: frame.relation, items: list, line };
}

const selectExpr: Method = (frame, call, run) => {
  const line = lineOf(run, call.at);
  const list = sqlItems(
    flat(call.args).flatMap((value) => textOf(value) ?? []),
    call,
    run,
  );
  return withRelation(frame, selected(frame, list, line));
};

const filter: Method = (frame, call, run) => {
  const [condition] = call.args;
  if (condition === undefined) return frame;
  const text = textOf(condition);
  const predicate = text === undefined ? expressionOf(condition) : sqlItems([text], call, run)[0]?.value;
  return predicate === undefined ? frame : filterFrame(frame, predicate, lineOf(run, call.at));
};

const join: Method = (frame, call, run) => {
  const [other] = call.args;
  if (other?.is !== 'frame') {
    return withRelation(frame, opaque([frame], 'joined with a frame that is not known').relation);
  }
  const on = argument(call, 1, 'on');
  const how = textOf(argument(call, 2, 'how'));
  return joinFrames(frame, other, how, condition(on), lineOf(run, call.at));
};

function condition(on: Value | undefined): { using: string[] } | { on: Expression } | undefined {
  if (on === undefined || on.is === 'none') return undefined;
  if (on.is === 'text') return { using: [on.text] };
  if (on.is === 'list') {
    if (on.items.every((item) => item.is === 'text')) return { using: textsOf(on) };
    const [first, ...rest] = on.items.map(expressionOf);
    if (first === undefined) return undefined;
    return {
      on: rest.reduce<Expression>((left, right) => ({ ex: 'binary', op: 'AND', left, right }), first),
    };
  }
  return { on: expressionOf(on) };
}

const union =
  (byName: boolean): Method =>
  (frame, call, run) => {
    const [other] = call.args;
    const line = lineOf(run, call.at);
    const right: Relation =
      other?.is === 'frame'
        ? other.relation
        : { op: 'opaque', reads: [], reason: 'a frame that is not known', line };
    const relation: Relation = { op: 'set', kind: 'union', all: true, inputs: [frame.relation, right], line };
    return withRelation(frame, byName ? { ...relation, byName } : relation);
  };

const setOperation =
  (kind: 'intersect' | 'except', all: boolean): Method =>
  (frame, call) => {
    const [other] = call.args;
    if (other?.is !== 'frame') return frame;
    return withRelation(frame, { op: 'set', kind, all, inputs: [frame.relation, other.relation] });
  };

const dropDuplicates: Method = (frame, call, run) => {
  const columns = textsOf(argument(call, 0, 'subset'));
  const on = columns.map((name): Expression => ({ ex: 'column', name }));
  const line = lineOf(run, call.at);
  return withRelation(
    frame,
    { op: 'distinct', input: frame.relation, ...(on.length > 0 ? { on } : {}), line },
    true,
  );
};

const withColumn: Method = (frame, call, run) => {
  const [name, value] = [textOf(argument(call, 0, 'colName')), argument(call, 1, 'col')];
  if (name === undefined || value === undefined) return frame;
  return withColumns(frame, [{ name, value: expressionOf(value) }], lineOf(run, call.at));
};

const withColumnsMap: Method = (frame, call, run) => {
  const map = argument(call, 0, 'colsMap');
  if (map?.is !== 'dict') return frame;
  const columns = [...map.entries].map(([name, value]) => ({ name, value: expressionOf(value) }));
  return withColumns(frame, columns, lineOf(run, call.at));
};

function renamed(frame: FrameValue, rename: readonly { from: string; to: string }[]): FrameValue {
  if (rename.length === 0) return frame;
  return withRelation(frame, {
    op: 'project',
    input: frame.relation,
    items: [{ value: { ex: 'star', rename } }],
  });
}

const rename: Method = (frame, call) => {
  const [first, second] = call.args;
  if (first?.is === 'text' && second?.is === 'text')
    return renamed(frame, [{ from: first.text, to: second.text }]);
  const map = argument(call, 0, 'columns', 'colsMap');
  if (map?.is !== 'dict') return frame;
  const pairs = [...map.entries].flatMap(([from, to]) => (to.is === 'text' ? [{ from, to: to.text }] : []));
  return renamed(frame, pairs);
};

const drop: Method = (frame, call) => {
  const values = flat([
    ...call.args,
    ...(call.keywords.get('columns') ? [call.keywords.get('columns') as Value] : []),
  ]);
  const except = values.flatMap((value) => textOf(value) ?? outputName(value) ?? []);
  if (except.length === 0) return frame;
  return withRelation(frame, {
    op: 'project',
    input: frame.relation,
    items: [{ value: { ex: 'star', except } }],
  });
};

const alias: Method = (frame, call) => {
  const name = textOf(call.args[0]);
  if (name === undefined) return frame;
  const relation: Relation = { op: 'alias', input: frame.relation, name };
  return { is: 'frame', relation, library: frame.library, qualifiers: [name] };
};

const groupBy: Method = (frame, call) => {
  const values = flat([...call.args, ...(call.keywords.get('by') ? [call.keywords.get('by') as Value] : [])]);
  const keys = values.map((value) => {
    const name = outputName(value);
    return { value: within(frame, columnValue(value)), ...(name === undefined ? {} : { name }) };
  });
  return { is: 'grouped', input: frame, keys };
};

const tempView: Method = (frame, call, run) => {
  const target = tableName(textOf(call.args[0]) ?? '', lineOf(run, call.at));
  if (target === null) return unknown();
  const line = lineOf(run, call.at);
  addBuild(
    {
      target,
      kind: 'temporary',
      write: 'replace',
      lines: [line, line],
      relation: frame.relation,
      reads: opaqueReads(frame),
    },
    run,
  );
  return unknown();
};

const opaqueReads = (frame: FrameValue) => {
  const { relation } = opaque([frame], '');
  return relation.op === 'opaque' ? relation.reads : [];
};

const transform: Method = (frame, call, run) => {
  const [callee, ...rest] = call.args;
  if (callee?.is !== 'function') return opaque([frame], `${call.method}()`);
  const result = callFunction(callee, { ...call, args: [frame, ...rest], receiver: undefined }, run);
  return result.is === 'frame' ? result : opaque([frame], `${call.method}(${callee.name})`);
};

const methods: Readonly<Record<string, Method>> = {
  select,
  selectExpr,
  filter,
  where: filter,
  join,
  crossJoin: (frame, call, run) => join(frame, { ...call, keywords: new Map() }, run),
  union: union(false),
  unionAll: union(false),
  unionByName: union(true),
  intersect: setOperation('intersect', false),
  intersectAll: setOperation('intersect', true),
  subtract: setOperation('except', false),
  exceptAll: setOperation('except', true),
  distinct: dropDuplicates,
  dropDuplicates,
  drop_duplicates: dropDuplicates,
  withColumn,
  withColumns: withColumnsMap,
  withColumnRenamed: rename,
  withColumnsRenamed: rename,
  drop,
  dropna: dropNulls,
  fillna: fillNulls,
  fill: fillNulls,
  alias,
  groupBy,
  groupby: groupBy,
  agg: (frame, call, run) => aggregate({ is: 'grouped', input: frame, keys: [] }, call, run),
  orderBy: sort,
  sort,
  limit: (frame, call) => {
    const [count] = call.args;
    const number = count?.is === 'number' ? { count: Number(count.text) } : {};
    return withRelation(frame, { op: 'limit', input: frame.relation, ...number }, true);
  },
  createOrReplaceTempView: tempView,
  createTempView: tempView,
  createOrReplaceGlobalTempView: tempView,
  registerTempTable: tempView,
  transform,
  pipe: transform,
  writeTo: (frame, call) => {
    const table = textOf(call.args[0]);
    return { is: 'writer', frame, options: new Map(), ...(table === undefined ? {} : { table }) };
  },
};

function sort(frame: FrameValue, call: Call): Value {
  const by = sortKeys(call.args).map((key) => ({ ...key, value: within(frame, key.value) }));
  return withRelation(frame, { op: 'sort', input: frame.relation, by }, true);
}

for (const name of 'cache persist unpersist repartition repartitionByRange coalesce checkpoint localCheckpoint hint withWatermark toPandas pandas_api to_spark toDF reset_index copy sortWithinPartitions'.split(
  ' ',
)) {
  (methods as Record<string, Method>)[name] = same;
}

const scalars =
  /^(count|collect|first|head|take|show|isEmpty|printSchema|explain|toJSON|foreach|foreachPartition|foreachBatch|info|describe|to_dict|iterrows|itertuples|tolist|rdd|createGlobalTempView|display|exists)$/;

/** Methods of Spark's DataFrames; those of pandas that mean the same are read alike. Any other step keeps only what was read. */
export const frameMethods: Library = (call, run) => {
  const { receiver, method } = call;
  if (receiver?.is === 'grouped') return grouped(receiver, call, run);
  if (receiver?.is !== 'frame') return undefined;
  const known =
    receiver.library === 'spark' || /^(join|agg|transform)$/.test(method) === false
      ? own(methods, method)
      : undefined;
  if (known !== undefined) return known(receiver, call, run);
  if (scalars.test(method)) return unknown(receiver.variable ?? 'frame', method);
  if (method.startsWith('to_') || method === 'write') return undefined;
  const others = [...call.args, ...call.keywords.values()].filter((value) => value.is === 'frame');
  return opaque([receiver, ...others], `${method}()`);
};

function grouped(group: GroupedValue, call: Call, run: Run): Value {
  if (call.method === 'pivot') {
    const [column] = call.args;
    return column === undefined ? group : { ...group, pivot: columnValue(column) };
  }
  if (group.pivot !== undefined) return opaque([group.input], 'pivot()');
  return aggregate(group, call, run);
}

const shortcuts = new Set(['count', 'sum', 'avg', 'mean', 'min', 'max']);

function aggregate(group: GroupedValue, call: Call, run: Run): Value {
  const line = lineOf(run, call.at);
  const keys = group.keys.map((key) => ({ ...key, line }));
  const folded = aggregateItems(group, call, line);
  if (folded === undefined) return opaque([group.input], `${call.method}() over groups`);
  const relation: Relation = {
    op: 'aggregate',
    input: group.input.relation,
    keys: group.keys.map((key) => key.value),
    items: [...keys, ...folded],
    line,
  };
  return derived(group.input, relation);
}

function aggregateItems(group: GroupedValue, call: Call, line: number): ProjectItem[] | undefined {
  if (call.method === 'agg') {
    const [first] = call.args;
    if (first?.is === 'dict') {
      return [...first.entries].map(([column, name]) => shortcut(textOf(name) ?? '', column, line));
    }
    return flat(call.args).map((value) => {
      const name = outputName(value);
      return {
        ...(name === undefined ? {} : { name }),
        value: within(group.input, expressionOf(value)),
        line,
      };
    });
  }
  if (!shortcuts.has(call.method) || group.input.library === 'pandas') return undefined;
  if (call.method === 'count') {
    return [
      { name: 'count', value: { ex: 'call', name: 'count', args: [{ ex: 'star' }], aggregate: true }, line },
    ];
  }
  return textsOf({ is: 'list', items: flat(call.args), open: false }).map((column) =>
    shortcut(call.method, column, line),
  );
}

function shortcut(name: string, column: string, line: number): ProjectItem {
  const call = name === 'mean' ? 'avg' : name;
  const args: Expression[] = [column === '*' ? { ex: 'star' } : { ex: 'column', name: column }];
  return { name: `${call}(${column})`, value: { ex: 'call', name: call, args, aggregate: true }, line };
}
