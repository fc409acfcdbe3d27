import { own } from '../../schema/contracts/own.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { WriteMode } from '../../schema/contracts/facts.ts';
import { readsOf } from '../../schema/contracts/relation-walk.ts';
import { readable } from '../runtime-text.ts';
import { frame } from './frames/frame.ts';
import { argument, lineOf, linesOf, type Call, type Library, type Run } from './run.ts';
import { addBuild, addUse, codeLocation, codeTable, executeSql, isSql, type Destination } from './sql.ts';
import { field, textOf, textsOf, unknown, type Value } from './values.ts';

const executes =
  /^(execute|executemany|execute_sql|executescript|execute_query|query|query_and_wait|sql|run|run_query|run_sql|read_sql|fetch|fetchall|fetchrow|fetch_all|fetch_one|fetchval|fetch_pandas_all|get_records|get_first|get_pandas_df|get_df|raw_sql|copy_expert|insert_job|submit|start_query_execution|dry_run)$/;

/** Writes of BigQuery's job configuration. */
const dispositions: Readonly<Record<string, WriteMode>> = {
  WRITE_TRUNCATE: 'replace',
  WRITE_APPEND: 'append',
  WRITE_EMPTY: 'replace',
  WRITE_TRUNCATE_DATA: 'replace',
};

/** Database clients: SQL given to `execute`, `query` and the like, and BigQuery's load and copy jobs. */
export const clients: Library = (call, run) => {
  const table = tableReference(call, run);
  if (table !== undefined) return table;
  const load = loadJob(call, run);
  if (load !== undefined) return load;
  const texts = [...call.args, ...call.keywords.values()].filter((value) => value.is === 'text');
  const [sql] = texts.filter((value) => isSql(value.text));
  if (sql === undefined) return undefined;
  if (
    /(^|\.)(text|TextClause|SQL|sqlalchemy\.text|escape|print|info|debug|warning|error|dedent)$/.test(
      call.path,
    )
  ) {
    return /text|SQL|dedent/.test(call.method) ? sql : undefined;
  }
  const keyword = ['sql', 'query', 'QueryString', 'statement'].some(
    (name) => call.keywords.get(name) === sql,
  );
  const named = /(query|sql|execute|statement)/i.test(call.method);
  if (!executes.test(call.method) && !keyword && !named) return undefined;
  if (/^[A-Z]/.test(call.method) && !keyword) return undefined;
  const query = executeSql(sql, call, run, dialectOf(call, run), destinationOf(call, run));
  const relation = query?.relation;
  return relation === undefined ? unknown() : frame(relation, 'pandas');
};

function dialectOf(call: Call, run: Run): Dialect {
  const path = call.path.toLowerCase();
  if (/bigquery|(^|\.)bq|query_and_wait/.test(path)) return 'bigquery';
  if (/snowflake|(^|\.)snow/.test(path)) return 'snowflake';
  if (/duckdb/.test(path)) return 'duckdb';
  if (/redshift/.test(path)) return 'redshift';
  if (/athena/.test(path)) return 'athena';
  if (/postgres|psycopg|(^|\.)pg/.test(path)) return 'postgres';
  if (/clickhouse/.test(path)) return 'clickhouse';
  if (/trino|presto/.test(path)) return 'trino';
  return run.dialect;
}

/** `bigquery.TableReference`, `dataset.table("t")`, `bigquery.Table("p.d.t")` are the table's name. */
function tableReference(call: Call, run: Run): Value | undefined {
  const [first, second] = call.args;
  const bigquery = /bigquery|client|^bq/i.test(call.path);
  if (
    /^(Table|TableReference\.from_string|from_string)$/.test(call.method) &&
    bigquery &&
    first?.is === 'text'
  )
    return first;
  if (call.method === 'dataset' && first?.is === 'text' && bigquery) {
    return { is: 'object', type: 'bigquery.dataset', fields: new Map([['name', first]]) };
  }
  if (call.method === 'DatasetReference' && second?.is === 'text') {
    const project = textOf(first);
    const name = project === undefined ? second.text : `${project}.${second.text}`;
    return {
      is: 'object',
      type: 'bigquery.dataset',
      fields: new Map([['name', { is: 'text', text: name }]]),
    };
  }
  const holder = call.receiver;
  if (/^(table|model)$/.test(call.method) && holder?.is === 'object' && holder.type === 'bigquery.dataset') {
    const name = textOf(holder.fields.get('name'));
    return first?.is === 'text' && name !== undefined
      ? { is: 'text', text: `${name}.${first.text}` }
      : undefined;
  }
  if (call.method === 'get_table' && first?.is === 'text') {
    const table = codeTable(first.text, lineOf(run, call.node));
    if (table !== null && table.parts.length > 1) addUse([table], undefined, linesOf(run, call.node), run);
    return first;
  }
  return undefined;
}

/** Destination and mode of a `QueryJobConfig` among the arguments. */
function destinationOf(call: Call, run: Run): Destination | undefined {
  const config =
    call.keywords.get('job_config') ??
    call.args.find((arg) => arg.is === 'object' && /JobConfig$/.test(arg.type));
  const direct = argument(call, -1, 'destination', 'destination_table', 'destination_dataset_table');
  const target = codeTable(textOf(direct ?? field(config, 'destination')), lineOf(run, call.node));
  if (target === null) return undefined;
  return { target, kind: 'table', write: dispositionOf(field(config, 'write_disposition'), direct) };
}

export function dispositionOf(value: Value | undefined, address?: Value): WriteMode {
  const name =
    textOf(value) ??
    (value?.is === 'name' ? value.path : value?.is === 'unknown' ? value.path.join('.') : '');
  const write = own(dispositions, name.slice(name.lastIndexOf('.') + 1)) ?? 'replace';
  return write === 'replace' && (textOf(address)?.includes('$') ?? false) ? 'partition_overwrite' : write;
}

function loadJob(call: Call, run: Run): Value | undefined {
  const { method } = call;
  const line = lineOf(run, call.node);
  const destination = argument(call, 1, 'destination', 'table');
  const disposition = field(call.keywords.get('job_config') ?? call.args[2], 'write_disposition');
  const write = dispositionOf(disposition, destination);
  if (/^load_table_from_(uri|file|dataframe|json)$/.test(method)) {
    const target = codeTable(textOf(destination), line);
    const source = argument(call, 0, 'source_uris', 'dataframe', 'file_obj', 'json_rows');
    const reads = textsOf(source).flatMap((text) => codeLocation(text, line) ?? []);
    const relation = source?.is === 'frame' ? source.relation : undefined;
    if (target === null) return unknown();
    const known = relation === undefined ? reads : readsOf(relation);
    push(call, run, target, write === 'replace' && !hasDisposition(call) ? 'append' : write, known, relation);
    return unknown();
  }
  if (/^insert_rows(_json|_from_dataframe)?$/.test(method)) {
    const target = codeTable(textOf(argument(call, 0, 'table')), line);
    if (target !== null) push(call, run, target, 'append', []);
    return unknown();
  }
  if (method === 'copy_table') {
    const target = codeTable(textOf(destination), line);
    const reads = textsOf(argument(call, 0, 'sources')).flatMap((text) => codeTable(text, line) ?? []);
    if (target !== null) push(call, run, target, write, reads);
    return unknown();
  }
  if (method === 'extract_table') {
    const reads = textsOf(argument(call, 0, 'source')).flatMap((text) => codeTable(text, line) ?? []);
    addUse(reads, undefined, linesOf(run, call.node), run);
    return unknown();
  }
  if (method === 'write_pandas') {
    const [name, schema, database] = [
      textOf(argument(call, 2, 'table_name')),
      textOf(argument(call, 4, 'schema')),
      textOf(argument(call, 3, 'database')),
    ];
    const target = codeTable([database, schema, name].filter((part) => part !== undefined).join('.'), line);
    const [, source] = call.args;
    if (target !== null)
      push(call, run, target, 'append', [], source?.is === 'frame' ? source.relation : undefined);
    return unknown();
  }
  return undefined;
}

const hasDisposition = (call: Call): boolean =>
  field(call.keywords.get('job_config') ?? call.args[2], 'write_disposition') !== undefined;

function push(
  call: Call,
  run: Run,
  target: Destination['target'],
  write: WriteMode,
  reads: ReturnType<typeof readsOf>,
  relation?: Parameters<typeof readsOf>[0],
): void {
  const rows = relation ?? { op: 'opaque' as const, reads, reason: `${readable(call.method)}()` };
  addBuild(
    {
      target,
      kind: 'table',
      write,
      lines: linesOf(run, call.node),
      relation: rows,
      reads: relation === undefined ? reads : readsOf(relation),
      ...(run.by === undefined ? {} : { by: run.by }),
    },
    run,
  );
}
