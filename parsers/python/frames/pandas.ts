import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import type { Relation } from '../../../schema/contracts/relation.ts';
import { argument, lineOf, linesOf, type Call, type Library, type Run } from '../run.ts';
import { addBuild, codeLocation, codeTable, isSql, noteRead, queryRows } from '../sql.ts';
import { textOf, textsOf, unknown, type FrameValue, type Value } from '../values.ts';
import { frame, joinFrames, opaque, scanFrame } from './frame.ts';

/** pandas' readers (`read_gbq`, `read_sql`, `read_csv`), writers (`to_gbq`, `to_sql`) and `merge`. */
export const pandas: Library = (call, run) => {
  const { method, receiver } = call;
  if (receiver?.is === 'frame') {
    if (method.startsWith('to_')) return write(receiver, call, run);
    if (receiver.library === 'pandas' && method === 'merge') return merge(receiver, call, run);
    return undefined;
  }
  if (method === 'merge' && call.path.startsWith('pandas.') && call.args[0]?.is === 'frame') {
    return merge(call.args[0], { ...call, args: call.args.slice(1) }, run);
  }
  if (method === 'concat' && call.path.startsWith('pandas.')) return concat(call);
  const name = /^(read_[a-z_]+)$/.exec(method)?.[1];
  if (
    name === undefined ||
    !/^(pandas|pandas_gbq|awswrangler|dask|polars|geopandas|pd|pl|wr|gpd)\b/.test(call.path)
  ) {
    return undefined;
  }
  return read(name, call, run);
};

function read(name: string, call: Call, run: Run): Value {
  const source = argument(
    call,
    0,
    'query',
    'sql',
    'query_or_table',
    'table_name',
    'table',
    'path',
    'filepath_or_buffer',
    'source',
  );
  const line = lineOf(run, call.at);
  if (source?.is === 'text' && isSql(source.text)) {
    const dialect: Dialect =
      name === 'read_gbq' ? 'bigquery' : call.path.includes('athena') ? 'athena' : run.dialect;
    const relation = queryRows(source, call, run, dialect);
    return relation === undefined ? unknown() : frame(relation, 'pandas');
  }
  const text = textOf(source);
  const schema = textOf(call.keywords.get('schema'));
  const table = /gbq|sql|table/.test(name)
    ? codeTable(schema === undefined ? text : `${schema}.${text ?? ''}`, line)
    : codeLocation(text, line);
  if (table === null)
    return frame({ op: 'opaque', reads: [], reason: 'read from a place named at run time' }, 'pandas');
  noteRead([table], undefined, call.node, run);
  return scanFrame(table, 'pandas', line);
}

function write(input: FrameValue, call: Call, run: Run): Value {
  const line = lineOf(run, call.at);
  const text = textOf(argument(call, 0, 'destination_table', 'name', 'path', 'path_or_buf', 'con'));
  const schema = textOf(call.keywords.get('schema'));
  const isTable = /^to_(gbq|sql|snowflake|bigquery)$/.test(call.method);
  if (!isTable && !/^to_(csv|parquet|json|feather|excel|pickle|orc)$/.test(call.method)) {
    return unknown(input.variable ?? 'frame', call.method);
  }
  const target = isTable
    ? codeTable(schema === undefined ? text : `${schema}.${text ?? ''}`, line)
    : codeLocation(text, line);
  if (target === null) return unknown();
  const exists = textOf(call.keywords.get('if_exists'));
  addBuild(
    {
      target,
      kind: isTable ? 'table' : 'external',
      write: exists === 'append' ? 'append' : 'replace',
      lines: linesOf(run, call.node),
      relation: input.relation,
      reads: readsOf(input.relation),
      ...(run.by === undefined ? {} : { by: run.by }),
    },
    run,
  );
  return unknown();
}

function merge(left: FrameValue, call: Call, run: Run): Value {
  const [right] = call.args[0] === undefined ? [call.keywords.get('right')] : call.args;
  if (right?.is !== 'frame') return opaque([left], 'merged with a frame that is not known');
  const on = textsOf(call.keywords.get('on') ?? call.args[2]);
  const how = textOf(call.keywords.get('how') ?? call.args[1]);
  if (on.length > 0) return joinFrames(left, right, how, { using: on }, lineOf(run, call.at));
  return opaque([left, right], 'merge()');
}

function concat(call: Call): Value {
  const [list] = call.args;
  const frames = list?.is === 'list' ? list.items.filter((item) => item.is === 'frame') : [];
  if (frames.length === 0) return unknown();
  const axis = call.keywords.get('axis');
  if (
    list?.is !== 'list' ||
    list.open ||
    frames.length !== list.items.length ||
    (axis !== undefined && axis.is !== 'none')
  ) {
    return opaque(frames, 'concat()');
  }
  const relation: Relation = {
    op: 'set',
    kind: 'union',
    all: true,
    byName: true,
    inputs: frames.map((f) => f.relation),
  };
  return frame(relation, 'pandas');
}
