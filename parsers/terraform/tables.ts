/** Resources that are tables, as declarations and, for views and scheduled queries, builds. */
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { Build, Declaration, DeclaredColumn, Lines, TableKind } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { schemaColumns } from '../bqetl/schema-file.ts';
import { readEmbeddedSql } from '../embedded-sql.ts';
import { addCounts, type Findings } from '../reader.ts';
import { readYaml } from '../yaml/document.ts';
import type { Block, Hcl } from './hcl.ts';
import type { Module } from './module.ts';

interface Site {
  readonly path: string;
  readonly module: Module;
  readonly out: Findings;
}

type Resource = (block: Block, site: Site) => void;

const resources = new Map<string, Resource>([
  ['google_bigquery_table', bigqueryTable],
  ['google_bigquery_data_transfer_config', scheduledQuery],
  ['snowflake_table', snowflakeTable],
  ['aws_glue_catalog_table', glueTable],
]);

/** Adds what a resource says; resources of other types say nothing. */
export function addResource(block: Block, site: Site): void {
  if (block.type === 'resource') resources.get(block.labels[0] ?? '')?.(block, site);
}

function bigqueryTable(block: Block, site: Site): void {
  const table = nameOf(block, site, ['project', 'dataset_id', 'table_id']);
  if (table === null) return;
  const { attributes } = block;
  const at = { table, lines: block.lines };
  const view = inner(block, 'view') ?? inner(block, 'materialized_view');
  const external = inner(block, 'external_data_configuration');
  const kind = view?.type ?? (external === undefined ? 'table' : 'external');
  common(block, site, table, kind as TableKind);
  const schema = schemaOf(attributes.get('schema') ?? external?.attributes.get('schema'), site);
  if (schema !== undefined) site.out.declarations.push({ ...at, ...schema });
  const time = inner(block, 'time_partitioning');
  if (time !== undefined) {
    const granularity = site.module.text(time.attributes.get('type'))?.toLowerCase();
    const expiration = Number(site.module.text(time.attributes.get('expiration_ms')) ?? Number.NaN);
    site.out.declarations.push({
      ...at,
      declares: 'partition',
      columns: [site.module.text(time.attributes.get('field')) ?? '_PARTITIONTIME'],
      ...(granularity === undefined ? {} : { granularity }),
      ...(expiration > 0 ? { expirationDays: expiration / 86_400_000 } : {}),
    });
  }
  const range = site.module.text(inner(block, 'range_partitioning')?.attributes.get('field'));
  if (range !== undefined) site.out.declarations.push({ ...at, declares: 'partition', columns: [range] });
  clustered(attributes.get('clustering'), at, site);
  const query = site.module.text(view?.attributes.get('query'));
  if (query !== undefined)
    addQuery(query, { target: table, kind: kind as TableKind, write: 'replace' }, block, site);
}

/** A query that BigQuery's transfer service runs on a schedule. */
function scheduledQuery(block: Block, site: Site): void {
  const params = site.module.value(block.attributes.get('params'));
  if (params?.is !== 'object') return;
  const of = (key: string): string | undefined => site.module.text(params.entries.get(key));
  const query = of('query');
  const name = of('destination_table_name_template')?.replace(/[_$]?\{[^{}]*\}$/, '');
  const dataset = site.module.text(block.attributes.get('destination_dataset_id'));
  if (query === undefined) return;
  const target = name === undefined || dataset === undefined ? null : named([dataset, name], block);
  const schedule = site.module.text(block.attributes.get('schedule'));
  if (target !== null && schedule !== undefined)
    site.out.declarations.push({ table: target, lines: block.lines, declares: 'schedule', schedule });
  const write = of('write_disposition') === 'WRITE_APPEND' ? 'append' : 'replace';
  addQuery(query, target === null ? null : { target, kind: 'table', write }, block, site);
}

function snowflakeTable(block: Block, site: Site): void {
  const table = nameOf(block, site, ['database', 'schema', 'name']);
  if (table === null) return;
  const at = { table, lines: block.lines };
  common(block, site, table, 'table');
  addColumns(
    block.blocks.filter(({ type }) => type === 'column'),
    at,
    site,
  );
  clustered(block.attributes.get('cluster_by'), at, site);
  const columns = texts(inner(block, 'primary_key')?.attributes.get('keys'), site);
  if (columns.length > 0)
    site.out.declarations.push({
      ...at,
      declares: 'key',
      columns,
      test: 'primary_key',
      by: 'constraint',
      conditional: false,
    });
}

function glueTable(block: Block, site: Site): void {
  const table = nameOf(block, site, ['database_name', 'name']);
  if (table === null) return;
  const at = { table, lines: block.lines };
  const isView = site.module.text(block.attributes.get('table_type')) === 'VIRTUAL_VIEW';
  common(block, site, table, isView ? 'view' : 'external');
  const columns = (inner(block, 'storage_descriptor')?.blocks ?? []).filter(({ type }) => type === 'columns');
  const keys = block.blocks.filter(({ type }) => type === 'partition_keys');
  addColumns([...columns, ...keys], at, site);
  const partitions = keys.flatMap((key) => site.module.text(key.attributes.get('name')) ?? []);
  if (partitions.length > 0)
    site.out.declarations.push({ ...at, declares: 'partition', columns: partitions });
}

/** Kind, description, labels and the owner among them. */
function common(block: Block, site: Site, table: NameRef, kind: TableKind): void {
  const at = { table, lines: block.lines };
  const { declarations } = site.out;
  const description = site.module.text(
    block.attributes.get('description') ?? block.attributes.get('comment'),
  );
  declarations.push({ ...at, declares: 'kind', kind });
  if (description !== undefined && description !== '')
    declarations.push({ ...at, declares: 'description', text: description });
  const labels = site.module.value(block.attributes.get('labels') ?? block.attributes.get('tags'));
  if (labels?.is !== 'object') return;
  const written = [...labels.entries].flatMap(([key, value]) => {
    const text = site.module.text(value);
    return text === undefined ? [] : [[key, text] as const];
  });
  const [, owner] = written.find(([key]) => /^(owner|owners|owner[_-]?team|team)$/i.test(key)) ?? [];
  if (owner !== undefined) declarations.push({ ...at, declares: 'owner', owner, source: 'config' });
  if (written.length > 0)
    declarations.push({ ...at, declares: 'tag', tags: written.map(([key, text]) => `${key}:${text}`) });
}

type At = Pick<Declaration, 'table' | 'lines'>;

function clustered(value: Hcl | undefined, at: At, site: Site): void {
  const columns = texts(value, site);
  if (columns.length > 0) site.out.declarations.push({ ...at, declares: 'clustering', columns });
}

function addColumns(blocks: readonly Block[], at: At, site: Site): void {
  const columns = blocks.flatMap(({ attributes, lines: [line] }): DeclaredColumn[] => {
    const of = (key: string): string | undefined => site.module.text(attributes.get(key));
    const [name, type, description] = [of('name'), of('type'), of('comment')];
    if (name === undefined) return [];
    return [{ name, ...(type && { type }), ...(description && { description }), line }];
  });
  if (columns.length > 0) site.out.declarations.push({ ...at, declares: 'columns', columns, complete: true });
}

/** BigQuery's JSON schema: in a file, in a heredoc, or as an expression given to `jsonencode`. */
function schemaOf(
  given: Hcl | undefined,
  site: Site,
):
  | { declares: 'columns'; columns: readonly DeclaredColumn[]; complete: true; path?: string; lines?: Lines }
  | undefined {
  const value = site.module.value(given);
  const file = site.module.file(value);
  const encoded =
    value?.is === 'call' && value.name === 'jsonencode'
      ? JSON.stringify(jsonOf(value.args[0], site))
      : undefined;
  const text = file?.text ?? encoded ?? (value?.is === 'text' ? value.text : undefined);
  if (text === undefined) return undefined;
  const root = readYaml(file?.path ?? site.path, text).root;
  const { columns } = schemaColumns(root?.items() ?? root?.get('fields')?.items() ?? [], () => undefined);
  if (columns.length === 0) return undefined;
  if (file !== undefined) {
    const lines = [1, file.text.trimEnd().split('\n').length] as const;
    return { declares: 'columns', columns, complete: true, path: file.path, lines };
  }
  return { declares: 'columns', columns: columns.map(({ line: _, ...column }) => column), complete: true };
}

function jsonOf(given: Hcl | undefined, site: Site): unknown {
  const value = site.module.value(given);
  if (value?.is === 'list') return value.items.map((item) => jsonOf(item, site));
  if (value?.is === 'object')
    return Object.fromEntries([...value.entries].map(([key, item]) => [key, jsonOf(item, site)]));
  return site.module.text(value) ?? null;
}

function addQuery(
  query: string,
  target: Pick<Build, 'target' | 'kind' | 'write'> | null,
  block: Block,
  { path, out }: Site,
): void {
  const dialect: Dialect = block.labels[0]?.startsWith('snowflake') ? 'snowflake' : 'bigquery';
  const sql = readEmbeddedSql(query, { dialect, path, lineMap: () => block.lines[0] });
  out.diagnostics.push(...sql.diagnostics);
  out.statements = addCounts(out.statements, sql.statements);
  out.builds.push(...sql.builds);
  if (target === null || sql.query === undefined) return;
  const { reads, relation } = sql.query;
  out.builds.push({
    ...target,
    lines: block.lines,
    reads,
    ...(relation && { relation }),
    by: block.labels[1] ?? '',
  });
}

const inner = (block: Block, type: string): Block | undefined =>
  block.blocks.find((one) => one.type === type);

const texts = (given: Hcl | undefined, site: Site): string[] => {
  const value = site.module.value(given);
  return value?.is === 'list' ? value.items.flatMap((item) => site.module.text(item) ?? []) : [];
};

/** The table that attributes name, outermost first; null where the last one is not known at all. */
function nameOf(block: Block, site: Site, keys: readonly string[]): NameRef | null {
  return named(
    keys.map((key) => site.module.text(block.attributes.get(key))),
    block,
  );
}

function named(parts: readonly (string | undefined)[], block: Block): NameRef | null {
  const known = parts.filter((part) => part !== undefined && part !== '') as string[];
  const last = parts.at(-1);
  if (last === undefined || /^(\{[^{}]*\})*$/.test(last)) return null;
  return { parts: known, line: block.lines[0] };
}
