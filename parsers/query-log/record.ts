import { createHash } from 'node:crypto';
import { roleSchema, type QueryLogEntry, type Role } from '../../schema/contracts/usage.ts';
import type { FieldMapping, LogField } from './presets.ts';
import { instant } from './time.ts';

/** `skip`: the row is no query (a load job, say); `problem`: it should be one, and why it cannot be read. */
export type LogRow =
  { readonly entry: QueryLogEntry } | { readonly skip: string } | { readonly problem: string };

/** One row of a log, already split into columns. `roleOf` gives the role of a user that the log itself does not tell. */
export function readLogRecord(
  record: Readonly<Record<string, unknown>>,
  mapping: FieldMapping,
  roleOf: (user: string) => Role = () => 'unknown',
): LogRow {
  const columns = new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
  const raw = (field: LogField): unknown => {
    for (const column of mapping[field] ?? []) {
      const value = columns.get(column.toLowerCase());
      if (value !== undefined && value !== null && value !== '') return value;
    }
    return undefined;
  };
  const type = textOf(raw('type'));
  if (type !== undefined && type.toUpperCase() !== 'QUERY') return { skip: `job type ${type}` };
  const sql = textOf(raw('sql'));
  if (sql === undefined || sql.trim() === '') return { problem: 'it has no query text' };
  const startedAt = instant(raw('startedAt'));
  if (startedAt === undefined)
    // Without the value: in a row that is out of step it may be anything, a name or a query among others.
    return { problem: 'its start time cannot be read' };
  const user = textOf(raw('user')) ?? 'unknown';
  const role = roleSchema.safeParse(raw('role'));
  const labels = labelText(raw('labels'));
  const sourceName = textOf(raw('sourceName')) ?? labelName(labels);
  const durationMs = duration(raw('durationMs'), startedAt, instant(raw('endedAt')));
  const bytesScanned = count(raw('bytesScanned'));
  const known = role.success ? role.data : roleOf(user);
  return {
    entry: {
      id: textOf(raw('id')) ?? createHash('sha256').update(`${startedAt}\0${user}\0${sql}`).digest('hex'),
      startedAt,
      user,
      role: known,
      source: textOf(raw('source')) ?? sourceOf(labels, known),
      ...(sourceName === undefined ? {} : { sourceName }),
      sql,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(bytesScanned === undefined ? {} : { bytesScanned }),
      succeeded: succeeded(raw('status'), raw('error')),
    },
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  return undefined;
}

function count(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

function duration(value: unknown, startedAt: string, endedAt: string | undefined): number | undefined {
  const given = count(value);
  if (given !== undefined || endedAt === undefined) return given;
  const spent = Date.parse(endedAt) - Date.parse(startedAt);
  return spent >= 0 ? spent : undefined;
}

function succeeded(status: unknown, error: unknown): boolean {
  if (typeof status === 'boolean') return status;
  const word = textOf(status)?.toLowerCase();
  if (word !== undefined && word !== 'done') return /^(success|succeeded|ok|finished|true|1|done)/.test(word);
  const text = labelText(error).toLowerCase();
  return text === '' || text === 'null' || text === '{}';
}

/** Labels and query tags are JSON text, a map or a list of `{key, value}`; all are searched as one text `key=value …`. */
function labelText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') {
    if (!/^\s*[[{]/.test(value)) return value;
    try {
      return labelText(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map((item) => labelText(item)).join(' ');
  if (typeof value !== 'object') return textOf(value) ?? '';
  const map = value as Readonly<Record<string, unknown>>;
  if ('key' in map && 'value' in map) return `${labelText(map['key'])}=${labelText(map['value'])}`;
  return Object.entries(map)
    .map(([key, item]) => `${key}=${labelText(item)}`)
    .join(' ');
}

/** Names that tools put into labels: dashboards, DAGs, dbt models. */
function labelName(labels: string): string | undefined {
  return /(?:dashboard(?:_id|_title)?|report_id|dag_id|airflow-dag|node_id|model)=([\w.:-]+)/i.exec(
    labels,
  )?.[1];
}

function sourceOf(labels: string, role: Role): string {
  if (/looker|tableau|metabase|superset|\bmode\b|dashboard|report_id|redash|power.?bi/i.test(labels))
    return 'dashboard';
  if (/airflow|dag_id|dbt|scheduled|dataform|composer|dagster|prefect/i.test(labels)) return 'scheduled';
  if (/notebook|jupyter|hex|colab|databricks/i.test(labels)) return 'notebook';
  return role === 'service' ? 'scheduled' : 'adhoc';
}
