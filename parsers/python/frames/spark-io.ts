import { own } from '../../../schema/contracts/own.ts';
import type { TableKind, WriteMode } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import { argument, lineOf, linesOf, type Call, type Library, type Run } from '../run.ts';
import { addBuild, codeLocation, codeTable, executeSql, isSql, noteRead, queryRows } from '../sql.ts';
import { textOf, textsOf, unknown, type ReaderValue, type Value, type WriterValue } from '../values.ts';
import { frame, scanFrame } from './frame.ts';

/** `spark.sql(…)`, `spark.table(…)`, `spark.read…`, `df.write…`, Delta's merge. */
export const sparkIo: Library = (call, run) => {
  const { receiver, method } = call;
  if (receiver?.is === 'reader') return readerMethod(receiver, call, run);
  if (receiver?.is === 'writer') return writerMethod(receiver, call, run);
  if (receiver?.is === 'merge') return mergeMethod(receiver, call, run);
  if (/^(getOrCreate|getActiveSession)$/.test(method) || /(^|\.)SparkSession$/.test(call.path)) {
    return { is: 'name', path: 'spark' };
  }
  const holder = call.path.slice(0, Math.max(0, call.path.length - method.length - 1));
  if (/(^|\.)(read|readStream)$/.test(holder) && isSession(holder.replace(/\.?read(Stream)?$/, ''))) {
    return readerMethod({ is: 'reader', options: new Map() }, call, run);
  }
  if (method === 'forName' && /(^|\.)DeltaTable$/.test(holder)) {
    return {
      is: 'object',
      type: 'DeltaTable',
      fields: new Map([['table', call.args[1] ?? call.args[0] ?? unknown()]]),
    };
  }
  if (method === 'forPath' && /(^|\.)DeltaTable$/.test(holder)) {
    return {
      is: 'object',
      type: 'DeltaTable',
      fields: new Map([['table', call.args[1] ?? call.args[0] ?? unknown()]]),
    };
  }
  if (receiver?.is === 'object' && receiver.type === 'DeltaTable') return deltaMethod(receiver, call, run);
  if (!isSession(holder)) return undefined;
  const [first] = call.args;
  if (method === 'sql' && first?.is === 'text') {
    const text = first.text;
    if (/^\s*(select|with|from|table|values|\()/i.test(text)) {
      const relation = queryRows(first, call, run, 'spark');
      return relation === undefined ? unknown('spark', 'sql') : frame(relation);
    }
    executeSql(first, call, run, 'spark');
    return unknown('spark', 'sql');
  }
  if (method === 'table') return scanned(codeTable(textOf(first), lineOf(run, call.at)), call, run);
  return undefined;
};

const isSession = (path: string): boolean =>
  /(^|\.)_*(spark\w*|session|sqlContext|sql_context|sc|ss|hc|sqlc)$/i.test(path);

function scanned(table: NameRef | null, call: Call, run: Run): Value {
  if (table === null)
    return frame({ op: 'opaque', reads: [], reason: 'read from a place named at run time' });
  noteRead([table], undefined, call.node, run);
  return scanFrame(table, 'spark', lineOf(run, call.at));
}

const fileFormats = /^(parquet|csv|json|orc|text|avro|xml|delta|binaryFile)$/;
/** Formats whose address is a table and not a file. */
const tableFormats =
  /^(bigquery|snowflake|net\.snowflake\.spark\.snowflake|redshift|jdbc|iceberg|hive|com\.databricks\.spark\.redshift|io\.github\.spark_redshift_community\.spark\.redshift|.*spark-bigquery.*)$/i;

function withOption<T extends ReaderValue | WriterValue>(value: T, call: Call): T {
  const options = new Map(value.options);
  const [key, setting] = call.args;
  if (call.method === 'option' && key?.is === 'text' && setting !== undefined)
    options.set(key.text.toLowerCase(), setting);
  const spread = key?.is === 'dict' ? key.entries : new Map<string, Value>();
  for (const [name, entry] of [...spread, ...call.keywords]) options.set(name.toLowerCase(), entry);
  return { ...value, options };
}

function readerMethod(reader: ReaderValue, call: Call, run: Run): Value {
  const { method } = call;
  if (method === 'option' || method === 'options') return withOption(reader, call);
  if (method === 'schema') return reader;
  if (method === 'format') {
    const format = textOf(call.args[0]);
    return format === undefined ? reader : { ...reader, format };
  }
  const line = lineOf(run, call.at);
  if (method === 'table') return scanned(codeTable(textOf(call.args[0]), line), call, run);
  if (method === 'jdbc') {
    return fromAddress(argument(call, 1, 'table', 'dbtable'), call, run, true);
  }
  const option = ['table', 'dbtable', 'query', 'sfquery']
    .map((key) => reader.options.get(key))
    .find((v) => v !== undefined);
  const path = argument(call, 0, 'path') ?? option ?? reader.options.get('path');
  if (method === 'load') {
    const asTable =
      tableFormats.test(reader.format ?? '') || (option !== undefined && call.args.length === 0);
    return fromAddress(call.args.length > 0 ? path : (option ?? path), call, run, asTable);
  }
  if (fileFormats.test(method)) return fromAddress(path, call, run, false);
  return unknown(method);
}

/** A table, a query in its place (`dbtable` takes either), or a file. */
function fromAddress(value: Value | undefined, call: Call, run: Run, asTable: boolean): Value {
  const line = lineOf(run, call.at);
  const texts = textsOf(value);
  const [text] = texts;
  if (value?.is === 'text' && asTable) {
    const query = value.text.replace(/^\s*\(([^]*)\)\s*(?:(?:as\s+)?\w+\s*)?$/i, '$1');
    if (isSql(query)) {
      const relation = queryRows({ ...value, text: query }, call, run, run.dialect);
      return relation === undefined ? unknown() : frame(relation);
    }
    return scanned(codeTable(text, line), call, run);
  }
  const tables = texts.flatMap((each) => codeLocation(each, line) ?? []);
  noteRead(tables, undefined, call.node, run);
  const [first, ...rest] = tables;
  if (first !== undefined && rest.length === 0) return scanFrame(first, 'spark', line);
  return frame({
    op: 'opaque',
    reads: tables,
    reason: tables.length > 0 ? 'several files' : 'files named at run time',
  });
}

const modes: Readonly<Record<string, WriteMode>> = {
  overwrite: 'replace',
  append: 'append',
  ignore: 'define',
  error: 'replace',
  errorifexists: 'replace',
  update: 'merge',
  complete: 'replace',
};

function writerMethod(writer: WriterValue, call: Call, run: Run): Value {
  const { method } = call;
  const text = textOf(call.args[0]);
  if (method === 'option' || method === 'options' || method === 'tableProperty')
    return withOption(writer, call);
  if (method === 'mode' || method === 'outputMode')
    return text === undefined ? writer : { ...writer, mode: text };
  if (method === 'format' || method === 'using')
    return text === undefined ? writer : { ...writer, format: text };
  if (method === 'partitionBy' || method === 'partitionedBy') {
    return { ...writer, partitionBy: call.args.flatMap((arg) => textsOf(arg)) };
  }
  if (/^(bucketBy|sortBy|clusterBy|trigger|queryName)$/.test(method)) return writer;
  const line = lineOf(run, call.at);
  const mode = textOf(call.keywords.get('mode')) ?? writer.mode;
  const moded: WriterValue = mode === undefined ? writer : { ...writer, mode };
  if (writer.table !== undefined) return writeTo(moded, call, run);
  if (/^(saveAsTable|insertInto|toTable)$/.test(method)) {
    const overwrite = argument(call, 1, 'overwrite');
    const append = method === 'toTable' || (method === 'insertInto' && mode !== 'overwrite');
    const write =
      overwrite?.is === 'boolean' && overwrite.value ? 'partition_overwrite' : append ? 'append' : undefined;
    const kept = method === 'insertInto' && mode === 'overwrite' ? 'partition_overwrite' : write;
    return written(moded, codeTable(text, line), 'table', kept, call, run);
  }
  if (method === 'jdbc')
    return written(moded, codeTable(textOf(argument(call, 1, 'table')), line), 'table', undefined, call, run);
  if (method === 'save' || method === 'start' || fileFormats.test(method)) {
    const option = textOf(writer.options.get('table') ?? writer.options.get('dbtable'));
    const asTable = tableFormats.test(writer.format ?? '') || option !== undefined;
    const address = text ?? textOf(call.keywords.get('path')) ?? option ?? textOf(writer.options.get('path'));
    const target = asTable ? codeTable(option ?? address, line) : codeLocation(address, line);
    return written(moded, target, asTable ? 'table' : 'external', undefined, call, run);
  }
  return unknown(method);
}

/** Methods of `DataFrame.writeTo(table)`. */
const tableWrites: Readonly<Record<string, WriteMode>> = {
  append: 'append',
  overwritePartitions: 'partition_overwrite',
  overwrite: 'partition_overwrite',
  create: 'replace',
  replace: 'replace',
  createOrReplace: 'replace',
};

function writeTo(writer: WriterValue, call: Call, run: Run): Value {
  const write = own(tableWrites, call.method);
  if (write === undefined) return writer;
  return written(writer, codeTable(writer.table, lineOf(run, call.at)), 'table', write, call, run);
}

function written(
  writer: WriterValue,
  target: NameRef | null,
  kind: TableKind,
  write: WriteMode | undefined,
  call: Call,
  run: Run,
): Value {
  if (target === null) return unknown();
  const dynamic =
    textOf(writer.options.get('partitionoverwritemode')) === 'dynamic' ||
    writer.options.has('replacewhere') ||
    writer.options.has('datepartition');
  const byMode = own(modes, (writer.mode ?? 'error').toLowerCase()) ?? 'replace';
  addBuild(
    {
      target,
      kind,
      write: write ?? (byMode === 'replace' && dynamic ? 'partition_overwrite' : byMode),
      lines: linesOf(run, call.node),
      relation: writer.frame.relation,
      reads: readsOf(writer.frame.relation),
      ...(writer.partitionBy === undefined ? {} : { partitionBy: writer.partitionBy }),
      ...(run.by === undefined ? {} : { by: run.by }),
    },
    run,
  );
  return unknown();
}

type DeltaTable = Extract<Value, { is: 'object' }>;
type Merge = Extract<Value, { is: 'merge' }>;

function deltaMethod(delta: DeltaTable, call: Call, run: Run): Value {
  const name = textOf(delta.fields.get('table'));
  const line = lineOf(run, call.at);
  if (call.method === 'toDF') return scanned(codeTable(name, line) ?? codeLocation(name, line), call, run);
  if (call.method === 'alias') return delta;
  const [source] = call.args;
  if (call.method === 'merge' && source?.is === 'frame' && name !== undefined) {
    return { is: 'merge', target: name, source };
  }
  return unknown(call.method);
}

function mergeMethod(merge: Merge, call: Call, run: Run): Value {
  if (call.method !== 'execute') return merge;
  const line = lineOf(run, call.at);
  const target = codeTable(merge.target, line) ?? codeLocation(merge.target, line);
  if (target === null) return unknown();
  addBuild(
    {
      target,
      kind: 'table',
      write: 'merge',
      lines: linesOf(run, call.node),
      relation: merge.source.relation,
      reads: readsOf(merge.source.relation),
      ...(run.by === undefined ? {} : { by: run.by }),
    },
    run,
  );
  return unknown();
}
