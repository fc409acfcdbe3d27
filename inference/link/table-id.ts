/** Table ids: how a relation's name is written down once, whatever the code's case and quoting. */
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { TableId } from '../../schema/contracts/names.ts';

const plainPart = /^[\p{L}\p{N}_$*#-]+$/u;

/** Dialects whose unquoted table names keep their case. */
const caseKept = new Set<Dialect>(['bigquery', 'clickhouse']);

export function formatTableId(parts: readonly string[]): TableId {
  return parts.map((part) => (plainPart.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join('.');
}

/** The parts of a table id, outermost first. Inverse of `formatTableId`. */
export function tableIdParts(id: TableId): string[] {
  const parts: string[] = [];
  const pattern = /"((?:[^"]|"")*)"|([^."]+)/g;
  for (const match of id.matchAll(pattern))
    parts.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
  return parts;
}

/** The last part: the table's own name. */
export const tableName = (id: TableId): string => tableIdParts(id).at(-1) ?? id;

/** A name's parts in the dialect's normal case, with date shards and partition decorators taken off (`events_20260101` → `events_*`). */
export function normaliseParts(parts: readonly string[], dialect: Dialect): string[] {
  const cased = parts.map((part) => (caseKept.has(dialect) ? part : part.toLowerCase()));
  if (dialect !== 'bigquery') return cased;
  const last = cased.at(-1) ?? '';
  return [...cased.slice(0, -1), collapseShards(last)];
}

/**
 * What the code tells of a name that holds run-time pieces (`{name}`): the parts behind the last one that is nothing else, with `*` for a
 * piece inside a part. `{project}.sales.{day}_orders` → `sales.*_orders`.
 */
export function knownParts(parts: readonly string[]): readonly string[] {
  const from = parts.findLastIndex((part, index) => index < parts.length - 1 && wholly.test(part)) + 1;
  return parts.slice(from).map((part) => (part.includes('{') ? part.replace(pieces, '*') : part));
}

const pieces = /(?:\{[^{}]*\})+/g;
const wholly = /^(?:\{[^{}]*\})+$/;

/** BigQuery: `t$20260101` is a partition of `t`; `t_20260101`, `t_2026*` and `t_*` are shards of one table, written `t_*`. */
function collapseShards(name: string): string {
  const undecorated = name.replace(/\$[0-9_A-Za-z]+$/, '');
  const sharded = /^(.*_)(?:(?:19|20)\d{6}|\d{0,8}\*)$/.exec(undecorated);
  return sharded ? `${sharded[1]}*` : undecorated;
}

const temporaryMark = '#temp';

/** The id of a table that lives only while a file's script runs. */
export function temporaryTableId(path: string, name: string): TableId {
  return formatTableId([temporaryMark, path, name.toLowerCase()]);
}

export const isTemporary = (id: TableId): boolean => id.startsWith(`${temporaryMark}.`);
