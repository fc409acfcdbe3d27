import type { Declaration, Job, JobTask, Lines, WriteMode } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import type { Findings } from '../reader.ts';
import { tableName } from '../table-name.ts';
import type { YamlValue } from '../yaml/document.ts';
import { taskId, type TablePlace } from './layout.ts';

type Body = Declaration extends infer D
  ? D extends unknown
    ? Omit<D, 'table' | 'lines' | 'path'>
    : never
  : never;

/** What a table's `metadata.yaml` declares, and the task of its scheduling block. */
export function readMetadata(root: YamlValue, place: TablePlace, out: Findings): void {
  const declare = (lines: Lines, body: Body): void => {
    out.declarations.push({ table: place.table, lines, ...body });
  };
  const description = [root.get('friendly_name'), root.get('description')].filter((v) => v !== undefined);
  const text = descriptionOf(root);
  const [first] = description;
  const last = description[description.length - 1];
  if (text !== undefined && first && last) {
    declare([first.lines[0], Math.max(first.lines[1], last.lines[1])], { declares: 'description', text });
  }
  for (const owner of root.get('owners')?.items() ?? []) {
    const name = owner.text();
    if (name !== undefined) declare(owner.lines, { declares: 'owner', owner: name, source: 'meta' });
  }
  readLabels(root, declare);
  readStorage(root, declare);
  readDeprecation(root, declare);
  readReferences(root, declare);
  const monitoring = root.get('monitoring');
  if (monitoring?.get('enabled')?.flag() === true && monitoring.get('freshness')) {
    const loadedAt = monitoring.get('partition_column')?.text();
    declare(monitoring.lines, { declares: 'freshness', ...(loadedAt === undefined ? {} : { loadedAt }) });
  }
  const job = readScheduling(root, place);
  if (job !== null) out.jobs.push(job);
}

/** The friendly name leads, unless it only repeats the table's name or the description. */
function descriptionOf(root: YamlValue): string | undefined {
  const title = root.get('friendly_name')?.text()?.trim();
  const body = root.get('description')?.text()?.trim();
  if (isFiller(body)) return isFiller(title) ? undefined : title;
  if (isFiller(title) || body?.toLowerCase().startsWith(title?.toLowerCase() ?? '')) return body;
  return `${title}: ${body}`;
}

/** Empty, or the words that templates put where nobody wrote any: `[DESCRIPTION_MISSING]`, `TODO`. */
function isFiller(text: string | undefined): text is undefined {
  return (
    text === undefined ||
    /^(please provide a (description|friendly name).*|\[[A-Z_ ]+\]|(todo|tbd|n\/a)\b[.:]?)?$/is.test(text)
  );
}

function readLabels(root: YamlValue, declare: (lines: Lines, body: Body) => void): void {
  const labels = root.get('labels');
  if (labels === undefined) return;
  const schedule = labels.get('schedule')?.text();
  const job = root.get('scheduling')?.get('dag_name')?.text() ?? labels.get('dag')?.text();
  if (schedule !== undefined) {
    declare(labels.get('schedule')?.lines ?? labels.lines, {
      declares: 'schedule',
      schedule,
      ...(job === undefined ? {} : { job }),
    });
  }
  const tags = labels
    .entries()
    .filter(([key]) => !/^(owner\d*|dag|schedule)$/.test(key))
    .flatMap(([key, value]) => [value, ...value.items()].flatMap((v) => v.text() ?? []).map((v) => [key, v]))
    .filter(([, value]) => value !== 'false')
    .map(([key, value]) => (value === 'true' ? (key ?? '') : `${key}:${value}`));
  if (tags.length > 0) declare(labels.lines, { declares: 'tag', tags });
}

function readStorage(root: YamlValue, declare: (lines: Lines, body: Body) => void): void {
  const storage = root.get('bigquery');
  const time = storage?.get('time_partitioning');
  const range = storage?.get('range_partitioning');
  if (time !== undefined && time.entries().length > 0) {
    const granularity = time.get('type')?.text();
    const days = time.get('expiration_days')?.number();
    declare(time.lines, {
      declares: 'partition',
      columns: [time.get('field')?.text() ?? '_PARTITIONTIME'],
      ...(granularity === undefined ? {} : { granularity }),
      ...(days === undefined ? {} : { expirationDays: days }),
    });
  } else if (range?.get('field')?.text() !== undefined) {
    declare(range.lines, { declares: 'partition', columns: [range.get('field')?.text() ?? ''] });
  }
  const clustering = storage?.get('clustering');
  const fields = clustering?.get('fields') ?? clustering;
  const columns = (fields?.items() ?? []).flatMap((v) => v.text() ?? []);
  if (clustering !== undefined && columns.length > 0) {
    declare(clustering.lines, { declares: 'clustering', columns });
  }
}

function readDeprecation(root: YamlValue, declare: (lines: Lines, body: Body) => void): void {
  const deprecated = root.get('deprecated');
  const deletion = root.get('deletion_date');
  const date = deletion?.text();
  if (deprecated?.flag() !== true && date === undefined) return;
  const words = deprecated?.flag() === true ? 'Deprecated' : 'To be deleted';
  declare((deletion ?? deprecated)?.lines ?? root.lines, {
    declares: 'deprecated',
    text: date === undefined ? `${words}.` : `${words}; deletion date ${date}.`,
  });
}

/** `references` is written by CI from the rendered SQL: a file's name → the tables that it reads, some with the clause behind the name. */
function readReferences(root: YamlValue, declare: (lines: Lines, body: Body) => void): void {
  for (const [file, list, line] of root.get('references')?.entries() ?? []) {
    if (!/^(query|view|script|materialized_view|part\d+)\./.test(file)) continue;
    const tables = list
      .items()
      .flatMap((v) => tableName((v.text() ?? '').replace(/ FOR SYSTEM_TIME\b.*/is, ''), v.lines[0]) ?? []);
    if (tables.length > 0) declare([line, list.lines[1]], { declares: 'reads', tables, complete: true });
  }
}

function readScheduling(root: YamlValue, place: TablePlace): Job | null {
  const scheduling = root.get('scheduling');
  const dag = scheduling?.get('dag_name')?.text();
  if (scheduling === undefined || dag === undefined) return null;
  const reads = (scheduling.get('referenced_tables')?.items() ?? []).flatMap((v): NameRef[] => {
    const parts = v.items().flatMap((part) => part.text() ?? []);
    return parts.length > 0
      ? [{ parts, line: v.lines[0] }]
      : ((tableName(v.text() ?? '', v.lines[0]) ?? []) as never);
  });
  const after = [
    'depends_on',
    'depends_on_fivetran',
    'depends_on_tables_existing',
    'depends_on_table_partitions_existing',
  ]
    .flatMap((key) => scheduling.get(key)?.items() ?? [])
    .flatMap((v) => v.get('task_id')?.text() ?? []);
  const file = scheduling.get('query_file_path')?.text();
  const task: JobTask = {
    id: scheduling.get('task_name')?.text() ?? taskId(place.table),
    lines: scheduling.lines,
    after,
    runs: [file ?? place.folder],
    writes: scheduling.get('destination_table')?.isNull() === true ? [] : [place.table],
    reads,
  };
  return { id: dag, kind: 'bqetl', lines: scheduling.lines, tasks: [task] };
}

/** How the scheduler writes a table: one run replaces the partition of its date unless the metadata says otherwise. */
export interface WritePlan {
  readonly write: WriteMode;
  readonly partitionBy?: readonly string[];
  readonly clusterBy?: readonly string[];
  /** `destination_table: null`: the query writes no table, or writes by its own DML. */
  readonly writesNothing: boolean;
}

/** `dated`: the query is for the day that a parameter gives. */
export function writePlan(root: YamlValue | undefined, dated = false): WritePlan {
  const scheduling = root?.get('scheduling');
  const time = root?.get('bigquery')?.get('time_partitioning');
  const partitioned = time !== undefined && time.entries().length > 0;
  const column =
    time?.get('field')?.text() ?? root?.get('bigquery')?.get('range_partitioning')?.get('field')?.text();
  const clustering = root?.get('bigquery')?.get('clustering');
  const clusterBy = (clustering?.get('fields') ?? clustering)?.items().flatMap((v) => v.text() ?? []) ?? [];
  const destination = scheduling?.get('destination_table');
  return {
    write: writeMode(scheduling, partitioned, root?.get('labels')?.get('incremental')?.flag(), dated),
    ...(column !== undefined
      ? { partitionBy: [column] }
      : partitioned
        ? { partitionBy: ['_PARTITIONTIME'] }
        : {}),
    ...(clusterBy.length > 0 ? { clusterBy } : {}),
    writesNothing: destination?.isNull() === true,
  };
}

function writeMode(
  scheduling: YamlValue | undefined,
  partitioned: boolean,
  incremental: boolean | undefined,
  datedQuery: boolean,
): WriteMode {
  const args = (scheduling?.get('arguments')?.items() ?? []).flatMap((v) => v.text() ?? []);
  if (args.some((arg) => arg === '--append_table' || arg === '--noreplace')) return 'append';
  if (scheduling?.get('destination_table')?.text()?.includes('$') === true) return 'partition_overwrite';
  if (!partitioned || scheduling?.get('date_partition_parameter')?.isNull() === true) return 'replace';
  const dated = scheduling?.get('date_partition_parameter') !== undefined;
  const perDay = scheduling !== undefined || datedQuery;
  return dated || incremental === true || (perDay && incremental !== false)
    ? 'partition_overwrite'
    : 'replace';
}
