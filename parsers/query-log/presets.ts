/** A field of `QueryLogEntry` that a log can give, and the raw ones that it is made from. */
export const logFields = [
  'id',
  'startedAt',
  'endedAt',
  'user',
  'role',
  'source',
  'sourceName',
  'sql',
  'durationMs',
  'bytesScanned',
  'status',
  'error',
  'labels',
  'type',
] as const;
export type LogField = (typeof logFields)[number];

export type LogPreset = 'generic' | 'bigquery' | 'snowflake';

/** Our field → the log's columns that may hold it, best first. Matching ignores letter case. */
export type FieldMapping = Readonly<Partial<Record<LogField, readonly string[]>>>;

export const presets: Readonly<Record<LogPreset, FieldMapping>> = {
  generic: {
    id: ['id', 'query_id', 'job_id'],
    startedAt: ['started_at', 'startedAt', 'start_time', 'timestamp', 'time', 'created_at'],
    endedAt: ['ended_at', 'end_time'],
    user: ['user', 'user_name', 'username', 'user_email', 'email'],
    role: ['role'],
    source: ['source', 'client', 'application'],
    sourceName: ['source_name', 'sourceName', 'dashboard', 'job'],
    sql: ['sql', 'query', 'query_text', 'statement'],
    durationMs: ['duration_ms', 'durationMs', 'elapsed_ms'],
    bytesScanned: ['bytes_scanned', 'bytesScanned', 'bytes'],
    status: ['status', 'state', 'succeeded', 'success'],
    error: ['error', 'error_message'],
  },
  /** `INFORMATION_SCHEMA.JOBS`. */
  bigquery: {
    id: ['job_id'],
    startedAt: ['start_time', 'creation_time'],
    endedAt: ['end_time'],
    user: ['user_email'],
    sql: ['query'],
    bytesScanned: ['total_bytes_processed'],
    error: ['error_result', 'error_result.reason'],
    labels: ['labels'],
    type: ['job_type'],
  },
  /** `ACCOUNT_USAGE.QUERY_HISTORY`. */
  snowflake: {
    id: ['query_id'],
    startedAt: ['start_time'],
    endedAt: ['end_time'],
    user: ['user_name'],
    sql: ['query_text'],
    durationMs: ['total_elapsed_time'],
    bytesScanned: ['bytes_scanned'],
    status: ['execution_status'],
    error: ['error_code'],
    labels: ['query_tag'],
  },
};

/** A preset with some fields named otherwise. */
export function mappingOf(preset: LogPreset, fields: Readonly<Record<string, string>> = {}): FieldMapping {
  const own = Object.entries(fields).map(([field, column]) => [field, [column]] as const);
  return { ...presets[preset], ...(Object.fromEntries(own) as FieldMapping) };
}
