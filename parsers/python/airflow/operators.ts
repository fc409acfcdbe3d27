import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { hole, templatesToHoles, readable } from '../../runtime-text.ts';
import { runFunction } from '../calls.ts';
import { dispositionOf } from '../clients.ts';
import { argument, lineOf, linesOf, type Call, type Library, type Run } from '../run.ts';
import { addBuild, addUse, codeLocation, codeTable, executeSql, isSql, type Destination } from '../sql.ts';
import { field, textOf, textsOf, type Value } from '../values.ts';
import { commandRuns } from './commands.ts';
import { dbtOperator, dbtRunsOf } from './dbt.ts';
import { addOrder, argumentTasks } from './order.ts';
import { addTask, taskOf } from './task.ts';

/** An operator or sensor of Airflow: a call with `task_id`, or of a class that is named so. */
export const operators: Library = (call, run) => {
  const id = textOf(call.keywords.get('task_id'));
  const method = /^(partial|override)$/.test(call.method) ? call.path.replace(/\.\w+$/, '') : call.path;
  const name = method.slice(method.lastIndexOf('.') + 1);
  if (
    id === undefined ||
    !(
      /(Operator|Sensor|Operator(Async)?|Task)$/.test(name) ||
      /^[A-Z]/.test(name) ||
      /[Oo]perator/.test(name)
    )
  )
    return undefined;
  const taskId = readable(id);
  const task = addTask(taskId, call.node, call.keywords, run);
  const by = run.by;
  run.by = taskId;
  readOperator(name, call, run);
  run.by = by;
  addOrder(argumentTasks([...call.keywords.values()].filter((value) => value.is !== 'list')), [taskId], run);
  return task;
};

function readOperator(name: string, call: Call, run: Run): void {
  const task = taskOf(run.by ?? '', run);
  const runs = (files: readonly string[]): void => files.forEach((file) => task?.runs.add(file));
  const destination = destinationOf(name, call, run);
  const sources = sourcesOf(name, call, run);
  const queried = readSqlArguments(name, call, run, destination, runs);
  if (destination !== undefined && !queried) {
    const reads = sources.map((source) => source);
    addBuild(
      {
        ...destination,
        lines: linesOf(run, call.node),
        relation: { op: 'opaque', reads, reason: name },
        reads,
        ...(run.by === undefined ? {} : { by: run.by }),
      },
      run,
    );
  } else if (destination === undefined && sources.length > 0)
    addUse(sources, undefined, linesOf(run, call.node), run);
  const callable = call.keywords.get('python_callable');
  if (callable?.is === 'function') {
    const given = call.keywords.get('op_kwargs');
    const args = call.keywords.get('op_args');
    const inner: Call = {
      ...call,
      args: args?.is === 'list' ? args.items : [],
      keywords: given?.is === 'dict' ? given.entries : new Map<string, Value>(),
    };
    runFunction(callable, inner, run);
  }
  const folder = readable(templatesToHoles(textOf(call.keywords.get('cwd')) ?? ''));
  for (const keys of [['bash_command'], ['command'], ['cmds', 'arguments'], ['ssh_command'], ['args']]) {
    const command = keys.flatMap((key) => wordsOf(call.keywords.get(key))).join(' ');
    runs(commandRuns(command));
    task?.dbt.push(...dbtRunsOf(command, folder));
  }
  for (const key of ['application', 'main', 'py_file', 'notebook_path', 'input_nb', 'project_path']) {
    runs(textsOf(call.keywords.get(key)).map((text) => readable(templatesToHoles(text))));
  }
  const job = call.keywords.get('job') ?? call.keywords.get('json') ?? call.keywords.get('main');
  runs(filesIn(job));
  const dbt = dbtOperator(name, call);
  if (dbt) task?.dbt.push(dbt);
  if (/^DbtCloud/.test(name))
    task?.dbt.push(...textsOf(call.keywords.get('steps_override')).flatMap((step) => dbtRunsOf(step)));
  const external = textOf(call.keywords.get('external_dag_id'));
  if (external !== undefined && task !== undefined) {
    const other = textOf(call.keywords.get('external_task_id'));
    task.after.add(readable(other === undefined ? `${external}.*` : `${external}.${other}`));
  }
}

/** The words of a command, or its whole text; holes for what only the run knows. */
function wordsOf(value: Value | undefined): string[] {
  if (value === undefined || value.is === 'none') return [];
  if (value.is === 'list') return [...value.items.flatMap(wordsOf), ...(value.open ? [hole('words')] : [])];
  return [value.is === 'text' ? templatesToHoles(value.text) : hole('word')];
}

/** Script files anywhere inside a job's description (Dataproc, Databricks). */
function filesIn(value: Value | undefined): string[] {
  if (value?.is === 'text')
    return /\.(py|jar|sql|ipynb)$/.test(value.text) ? [readable(templatesToHoles(value.text))] : [];
  if (value?.is === 'list') return value.items.flatMap(filesIn);
  return value?.is === 'dict' ? [...value.entries.values()].flatMap(filesIn) : [];
}

const sqlDialects: readonly (readonly [RegExp, Dialect])[] = [
  [/BigQuery/i, 'bigquery'],
  [/Snowflake/i, 'snowflake'],
  [/Redshift/i, 'redshift'],
  [/Athena/i, 'athena'],
  [/Databricks/i, 'databricks'],
  [/Spark|Hive/i, 'spark'],
  [/Trino|Presto/i, 'trino'],
  [/Postgres/i, 'postgres'],
  [/DuckDB/i, 'duckdb'],
  [/ClickHouse/i, 'clickhouse'],
  [/MySql/i, 'mysql'],
];

/** The dialect by the operator's name, else by its connection's. */
function dialectOf(name: string, call: Call, run: Run): Dialect {
  const from = name.replace(/^.*To(?=[A-Z])/, (head) =>
    call.keywords.has('sql') && /To/.test(head) ? head : '',
  );
  const head = from.replace(/To[A-Z].*$/, '');
  const texts = [
    head,
    textOf(call.keywords.get('conn_id')) ?? '',
    ...[...call.keywords.keys()].filter((key) => key.endsWith('_conn_id')),
  ];
  for (const text of texts)
    for (const [pattern, dialect] of sqlDialects) if (pattern.test(text)) return dialect;
  return run.dialect;
}

/** SQL text, or files of it, under any of the names that operators use. True when a query's rows went to the destination. */
function readSqlArguments(
  name: string,
  call: Call,
  run: Run,
  destination: Destination | undefined,
  runs: (files: readonly string[]) => void,
): boolean {
  const query = field(field(call.keywords.get('configuration'), 'query'), 'query');
  const values = [
    query,
    ...['sql', 'bql', 'query', 'hql', 'statement', 'select_query', 'sql_query', 'queries'].map((key) =>
      call.keywords.get(key),
    ),
  ];
  const job =
    field(call.keywords.get('job'), 'query_list') ??
    field(field(call.keywords.get('job'), 'spark_sql_job'), 'query_list');
  let written = false;
  for (const value of [...values, field(job, 'queries')].flatMap((v) =>
    v?.is === 'list' ? v.items : v === undefined ? [] : [v],
  )) {
    if (value.is !== 'text') continue;
    const file = sqlFile(value.text);
    if (file !== undefined) runs([file]);
    else if (isSql(value.text)) {
      const rows = executeSql(value, call, run, dialectOf(name, call, run), destination);
      written ||= rows !== undefined && destination !== undefined;
    }
  }
  return written;
}

/** `sql/x.sql`, `{% include 'x.sql' %}`. */
function sqlFile(text: string): string | undefined {
  const included = /\{%-?\s*include\s+['"]([^'"]+)['"]/.exec(text)?.[1];
  if (included !== undefined) return included;
  const plain = readable(templatesToHoles(text)).trim();
  return /^[^\s;]+\.(sql|hql|bq)$/i.test(plain) ? plain : undefined;
}

/** The table that an operator writes, by the names of its arguments. */
function destinationOf(name: string, call: Call, run: Run): Destination | undefined {
  const line = lineOf(run, call.node);
  const configuration = call.keywords.get('configuration');
  const inner = ['query', 'load', 'copy']
    .map((key) => field(configuration, key))
    .find((value) => value !== undefined);
  const direct = argument(
    call,
    -1,
    'destination_dataset_table',
    'destination_project_dataset_table',
    'destination_table',
    'target_table_name',
    'hive_table',
    'redshift_table',
    'snowflake_table',
  );
  const target =
    tableResource(field(inner, 'destinationTable'), line) ??
    codeTable(textOf(direct), line) ??
    (/To(Redshift|Snowflake|Postgres|MySql|Hive|ClickHouse|BigQuery|Sql|DuckDb|Databricks|Vertica)/i.test(
      name,
    ) || /^Copy\w*Into/i.test(name)
      ? addressed(call, line)
      : null);
  if (target === null) return undefined;
  const disposition =
    field(inner, 'writeDisposition') ?? call.keywords.get('write_disposition') ?? call.keywords.get('method');
  const writes = textOf(disposition);
  const write =
    writes === 'UPSERT'
      ? 'merge'
      : disposition === undefined
        ? /BigQueryToBigQuery|GCSToBigQuery|GoogleCloudStorageToBigQuery|BigQuery\w*(Query|Operator)$/.test(
            name,
          )
          ? 'replace'
          : 'append'
        : dispositionOf({
            is: 'text',
            text: (writes ?? '').replace(/^(APPEND|REPLACE)$/, (m) =>
              m === 'APPEND' ? 'WRITE_APPEND' : 'WRITE_TRUNCATE',
            ),
          });
  const dated =
    write === 'replace' &&
    (textOf(direct)?.includes('$') ??
      textOf(field(field(inner, 'destinationTable'), 'tableId'))?.includes('$') ??
      false);
  const cluster = textsOf(call.keywords.get('cluster_fields') ?? field(field(inner, 'clustering'), 'fields'));
  const partition = textOf(
    field(call.keywords.get('time_partitioning') ?? field(inner, 'timePartitioning'), 'field'),
  );
  return {
    target,
    kind: 'table',
    write: dated ? 'partition_overwrite' : write,
    ...(partition === undefined ? {} : { partitionBy: [partition] }),
    ...(cluster.length === 0 ? {} : { clusterBy: cluster }),
  };
}

/** `{projectId, datasetId, tableId}`. */
function tableResource(value: Value | undefined, line: number): NameRef | null {
  const parts = ['projectId', 'datasetId', 'tableId'].map((key) => textOf(field(value, key)));
  return parts[2] === undefined
    ? null
    : codeTable(parts.filter((part) => part !== undefined).join('.'), line);
}

/** `table=`, with `schema=` or `dataset_id=` and `database=` or `project_id=`. */
function addressed(call: Call, line: number): NameRef | null {
  const of = (...names: string[]): string | undefined => textOf(argument(call, -1, ...names));
  const table = of('table', 'table_name', 'table_id');
  if (table === undefined) return null;
  const parts = [
    of('database', 'project_id'),
    of('schema', 'dataset_id', 'dataset_name', 'dataset', 'schema_name'),
    table,
  ];
  return codeTable(parts.filter((part) => part !== undefined && part !== '').join('.'), line);
}

/** Tables and files that an operator reads, by the names of its arguments. */
function sourcesOf(name: string, call: Call, run: Run): NameRef[] {
  const line = lineOf(run, call.node);
  const copy =
    field(call.keywords.get('configuration'), 'copy') ?? field(call.keywords.get('configuration'), 'extract');
  const tables = [
    'source_project_dataset_tables',
    'source_project_dataset_table',
    'source_table',
    'source_table_name',
  ]
    .flatMap((key) => textsOf(call.keywords.get(key)))
    .flatMap((text) => codeTable(text, line) ?? []);
  const resources = [field(copy, 'sourceTable'), ...listItems(field(copy, 'sourceTables'))].flatMap(
    (value) => tableResource(value, line) ?? [],
  );
  const named =
    /^(BigQuery|Redshift|Postgres|MySql|Snowflake)To|Table(Existence|Partition)\w*Sensor$|CheckOperator$/.test(
      name,
    ) && tables.length === 0
      ? (addressed(call, line) ?? [])
      : [];
  return [...tables, ...resources, ...([] as NameRef[]).concat(named), ...files(call, line)];
}

const listItems = (value: Value | undefined): readonly Value[] => (value?.is === 'list' ? value.items : []);

function files(call: Call, line: number): NameRef[] {
  const bucket = textOf(argument(call, -1, 'bucket', 's3_bucket', 'bucket_name'));
  const objects = textsOf(argument(call, -1, 'source_objects', 's3_key', 's3_keys', 'source_object'));
  const uris = textsOf(field(field(call.keywords.get('configuration'), 'load'), 'sourceUris'));
  const scheme = call.keywords.has('s3_bucket') || call.keywords.has('s3_key') ? 's3' : 'gs';
  const addresses = bucket === undefined ? [] : objects.map((object) => `${scheme}://${bucket}/${object}`);
  return [...addresses, ...uris].flatMap((text) => codeLocation(text, line) ?? []);
}
