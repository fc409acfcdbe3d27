/** A rendered node as facts: the table that it builds, or what it reads. */
import type { Build, TableKind, WriteMode } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Expression, Relation } from '../../../schema/contracts/relation.ts';
import { locate } from '../../jinja/jinja.ts';
import { addCounts, type Findings } from '../../reader.ts';
import { readSql, type SqlStatement } from '../../sql/index.ts';
import type { DbtProject } from '../project.ts';
import { readSeed } from '../seeds.ts';
import type { Config, DbtNode, RenderedModel, RenderedText } from '../types.ts';
import { withParameters } from './holes.ts';
import { nameOf, nodeName, unquoted, withEphemeralName, withEphemeralNames } from './names.ts';

/** Adds what one SQL or Python node of `path` says. `lastLine`: of the node in its file. */
export function addModel(project: DbtProject, model: RenderedModel, lastLine: number, out: Findings): void {
  const { node, config } = model;
  out.diagnostics.push(...model.diagnostics);
  if (config['enabled'] === false) return;
  const lines = [node.line, node.endLine ?? lastLine] as const;
  const full = readRendered(project, model, model.full, out, true);
  const later = model.incremental ? readRendered(project, model, model.incremental, out, false) : null;
  const reads = joinReads([...full.reads, ...(later?.reads ?? []), ...namedReads(model, full.reads)]);
  if (node.type === 'test' || node.type === 'analysis') {
    if (reads.length === 0) return;
    out.uses.push({
      kind: node.type,
      name: node.name,
      lines,
      reads,
      ...(full.relation ? { relation: full.relation } : {}),
    });
    return;
  }
  const target = nameOf(model.relation);
  const uniqueKey = namesIn(config['unique_key']).map(unquoted);
  const kind = kindOf(model.materialized);
  const relation =
    full.relation && node.type === 'snapshot' ? withSnapshotColumns(full.relation) : full.relation;
  const build: Build = {
    target,
    kind,
    write: writeOf(model.materialized, config, uniqueKey.length > 0),
    lines,
    reads,
    by: node.uniqueId,
    alias: node.name,
    fqn: [...node.fqn.slice(0, -1), node.name],
    ...(relation ? { relation } : {}),
    ...(later?.relation ? { incremental: later.relation } : {}),
    ...(uniqueKey.length > 0 ? { uniqueKey } : {}),
    ...(uniqueKey.length > 0 && matchesPart(config) ? { matchesPart: true } : {}),
    ...optional('partitionBy', partitionOf(config['partition_by'])),
    ...optional('clusterBy', namesIn(config['cluster_by'])),
  };
  out.builds.push(build);
  const owner = ownerIn(config['meta']);
  if (owner) out.declarations.push({ table: target, lines, declares: 'owner', owner, source: 'meta' });
  const tags = namesIn(config['tags']);
  if (tags.length > 0) out.declarations.push({ table: target, lines, declares: 'tag', tags });
}

/** Of the folder's or the model's own configuration. */
const ownerIn = (meta: unknown): string | undefined => {
  const owner = (meta as { owner?: unknown } | null | undefined)?.owner;
  return typeof owner === 'string' ? owner : undefined;
};

const optional = <Key extends string>(
  key: Key,
  values: readonly string[],
): { [K in Key]?: readonly string[] } =>
  (values.length > 0 ? { [key]: values } : {}) as { [K in Key]?: readonly string[] };

interface Read {
  readonly relation: Relation | undefined;
  readonly reads: readonly NameRef[];
}

function queryOf(statements: readonly SqlStatement[]): Relation | undefined {
  const query = statements.findLast((statement) => statement.relation ?? statement.build?.relation);
  return query?.relation ?? query?.build?.relation;
}

/** Reads one rendered variant. `counts`: its statements and diagnostics are told. */
function readRendered(
  project: DbtProject,
  model: RenderedModel,
  text: RenderedText,
  out: Findings,
  counts: boolean,
): Read {
  if (text.sql.trim() === '') return { relation: undefined, reads: [] };
  const { path } = model.node;
  // A line that a macro in another file made stands for the call, on the last line of this file before it.
  let last = model.node.line;
  const byLine = new Map<number, number>();
  const lineMap = (rendered: number): number => {
    const known = byLine.get(rendered);
    if (known !== undefined) return known;
    const place = locate(text.lineMap, rendered);
    if (place?.path === path) last = place.line;
    byLine.set(rendered, last);
    return last;
  };
  const statements = readSql(text.sql, { dialect: project.dialect, path, lineMap });
  if (counts) {
    const count = (status: SqlStatement['status']) =>
      statements.filter((statement) => statement.status === status).length;
    const added = {
      total: statements.length,
      parsed: count('parsed'),
      opaque: count('opaque'),
      failed: count('failed'),
    };
    out.statements = addCounts(out.statements, added);
    out.diagnostics.push(...statements.flatMap((statement) => statement.diagnostics));
  }
  const relation = (text.others ?? []).reduce(
    (known, { by, sql }) =>
      withParameters(known, queryOf(readSql(sql, { dialect: project.dialect, path })), by),
    queryOf(statements),
  );
  return {
    relation: relation && withEphemeralNames(relation, model.dependencies),
    reads: statements
      .flatMap((statement) => statement.reads)
      .map((ref) => withEphemeralName(ref, model.dependencies)),
  };
}

/** Python models have no SQL, and some text is made of what the warehouse answers: there, what they `ref` is what they read. */
const namedReads = (model: RenderedModel, read: readonly NameRef[]): NameRef[] =>
  model.node.language === 'python' || (read.length === 0 && model.node.type === 'model')
    ? model.dependencies.map((one) => nameOf(one.relation, one.place.line))
    : [];

function joinReads(reads: readonly NameRef[]): NameRef[] {
  const found = new Map<string, NameRef>();
  for (const ref of reads) {
    const key = ref.parts.join('.').toLowerCase();
    if (!found.has(key)) found.set(key, ref);
  }
  return [...found.values()];
}

function kindOf(materialized: string): TableKind {
  if (materialized === 'ephemeral' || materialized === 'snapshot' || materialized === 'view')
    return materialized;
  if (materialized === 'materialized_view' || materialized === 'dynamic_table') return 'materialized_view';
  return materialized === 'incremental' ? 'incremental' : 'table';
}

/** How a later run changes the table: dbt's incremental strategies, with its default where none is named. */
function writeOf(materialized: string, config: Config, keyed: boolean): WriteMode {
  if (materialized === 'snapshot') return 'snapshot';
  if (materialized !== 'incremental') return 'replace';
  switch (config['incremental_strategy']) {
    case 'append':
      return 'append';
    case 'insert_overwrite':
    case 'microbatch':
      return 'partition_overwrite';
    case 'delete+insert':
      return keyed ? 'delete_insert' : 'append';
    default:
      return keyed ? 'merge' : 'append';
  }
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

const matchesPart = (config: Config): boolean =>
  [config['incremental_predicates'], config['predicates']].some((given) => namesIn(given).length > 0);

/** A name, a list of names, or BigQuery's `{field, data_type, granularity}`. */
function partitionOf(value: unknown): string[] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const { field } = value as Config;
    return typeof field === 'string' ? [field] : [];
  }
  return namesIn(value);
}

const computed = (name: string): { name: string; value: Expression } => ({
  name,
  value: { ex: 'opaque', parts: [], text: name },
});

/** dbt adds its own columns to a snapshot's. */
const withSnapshotColumns = (input: Relation): Relation => ({
  op: 'project',
  input,
  items: [
    { value: { ex: 'star' } },
    ...['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to'].map(computed),
  ],
});

/** Rows beyond this number are not kept: a key of so many rows is no matter of reading. */
const mostRows = 300;

/** Adds a seed: its rows are literal where they are few. */
export function addSeed(
  project: DbtProject,
  node: DbtNode,
  text: string,
  config: Config,
  out: Findings,
): void {
  if (config['enabled'] === false) return;
  const delimiter = typeof config['delimiter'] === 'string' ? config['delimiter'] : ',';
  const seed = readSeed(text, node.path, delimiter);
  out.diagnostics.push(...seed.diagnostics);
  const lines = [1, Math.max(1, seed.rows.length + 1)] as const;
  const target = nodeName(project, node);
  const whole = seed.complete && seed.rows.length > 0 && seed.rows.length <= mostRows;
  const cell = (value: string | undefined): Expression =>
    value === undefined || value === ''
      ? { ex: 'literal', type: 'null', value: null }
      : { ex: 'literal', type: 'string', value };
  const relation: Relation = {
    op: 'values',
    columns: seed.columns,
    rows: seed.rows.map((row) => seed.columns.map((_, index) => cell(row[index]))),
  };
  out.builds.push({
    target,
    kind: 'seed',
    write: 'replace',
    lines,
    reads: [],
    by: node.uniqueId,
    alias: node.name,
    fqn: [...node.fqn.slice(0, -1), node.name],
    ...(whole ? { relation } : {}),
  });
  const columns = seed.columns.map((name) => ({ name }));
  if (columns.length > 0)
    out.declarations.push({ table: target, lines: [1, 1], declares: 'columns', columns, complete: true });
}
