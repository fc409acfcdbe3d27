import type { Build, DeclaredColumn, Declaration, Lines, TableKind } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { readEmbeddedSql, type EmbeddedSql } from '../embedded-sql.ts';
import { addCounts, type Findings } from '../reader.ts';
import { readable } from '../runtime-text.ts';
import { nameKey, uniqueNames } from '../table-name.ts';
import { entry, textOf, textsOf, type Value } from '../typescript/values.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { nameRef, type Address } from './names.ts';

/** SQL that is put together, and the line of the file for each of its lines. */
export interface RenderedText {
  readonly text: string;
  readonly lineMap: (line: number) => number;
}

/** One action of a project, with its queries put together. */
export interface Action {
  readonly type: 'table' | 'view' | 'incremental' | 'assertion' | 'operations' | 'declaration';
  readonly address: Address;
  readonly config: Value | undefined;
  readonly lines: Lines;
  readonly query?: RenderedText;
  /** The query of a later run, where it differs. */
  readonly incremental?: RenderedText;
  readonly operations: readonly RenderedText[];
}

export const actionTypes = /^(table|view|incremental|assertion|operations|declaration)$/;

/** Adds what an action builds, reads and declares. */
export function addAction(action: Action, path: string, dialect: Dialect, out: Findings): void {
  const table = nameRef(action.address, action.lines[0]);
  const read = (sql: RenderedText): EmbeddedSql =>
    readEmbeddedSql(sql.text, { dialect, path, lineMap: sql.lineMap });
  if (
    entry(action.config, 'disabled')?.is === 'boolean' &&
    (entry(action.config, 'disabled') as { value: boolean }).value
  )
    return;
  const named = !/^(\{[^}]*\}|[_.])*$/.test(action.address.at(-1) ?? '');
  if (action.type !== 'assertion' && named) out.declarations.push(...declarations(action, table));
  for (const operation of action.operations) take(read(operation), action, out);
  if (action.query === undefined) return;
  const sql = read(action.query);
  if (action.type === 'operations') return take(sql, action, out);
  out.diagnostics.push(...sql.diagnostics);
  out.statements = addCounts(out.statements, sql.statements);
  if (action.type === 'assertion') {
    const name = action.address.at(-1);
    out.uses.push(
      ...sql.uses.map((use) => ({ ...use, kind: 'test' as const, ...(name === undefined ? {} : { name }) })),
    );
    return;
  }
  const later = action.incremental === undefined ? undefined : read(action.incremental);
  out.builds.push(...sql.builds);
  if (named) out.builds.push(buildOf(action, table, sql, later));
}

function buildOf(action: Action, table: NameRef, sql: EmbeddedSql, later: EmbeddedSql | undefined): Build {
  const { config } = action;
  const uniqueKey = textsOf(entry(config, 'uniqueKey'));
  const storage = entry(config, 'bigquery');
  const partition = textOf(entry(storage, 'partitionBy') ?? entry(config, 'partitionBy'));
  const cluster = textsOf(entry(storage, 'clusterBy') ?? entry(config, 'clusterBy'));
  const materialized = entry(config, 'materialized');
  const kind: TableKind =
    action.type === 'incremental'
      ? 'incremental'
      : action.type === 'view'
        ? materialized?.is === 'boolean' && materialized.value
          ? 'materialized_view'
          : 'view'
        : 'table';
  const own = nameKey(table);
  const reads = uniqueNames([...(sql.query?.reads ?? []), ...(later?.query?.reads ?? [])]).filter(
    (name) => nameKey(name) !== own || action.type === 'incremental',
  );
  const alias = action.address.at(-1);
  return {
    target: table,
    kind,
    write: action.type === 'incremental' ? (uniqueKey.length > 0 ? 'merge' : 'append') : 'replace',
    lines: action.lines,
    ...(sql.query?.relation === undefined ? {} : { relation: sql.query.relation }),
    ...(later?.query?.relation === undefined ? {} : { incremental: later.query.relation }),
    reads,
    ...(uniqueKey.length === 0 ? {} : { uniqueKey }),
    ...(partition === undefined ? {} : { partitionBy: [readable(partition)] }),
    ...(cluster.length === 0 ? {} : { clusterBy: cluster }),
    ...(alias === undefined ? {} : { by: alias, alias }),
  };
}

/** Statements that run beside or in place of the query. */
function take(sql: EmbeddedSql, action: Action, out: Findings): void {
  const by = action.address.at(-1);
  const own = nameKey(nameRef(action.address));
  for (const build of sql.builds) {
    const described = nameKey(build.target) === own && by !== undefined ? { alias: by } : {};
    out.builds.push({ ...build, ...described, ...(by === undefined ? {} : { by }) });
  }
  out.uses.push(...sql.uses);
  out.declarations.push(...sql.declarations);
  out.diagnostics.push(...sql.diagnostics);
  out.statements = addCounts(out.statements, sql.statements);
}

function declarations(action: Action, table: NameRef): Declaration[] {
  const { config, lines, type } = action;
  const out: Declaration[] = [];
  const description = textOf(entry(config, 'description'));
  if (type === 'declaration') out.push({ table, lines, declares: 'kind', kind: 'external' });
  if (description !== undefined)
    out.push({ table, lines, declares: 'description', text: readable(description) });
  const columns = columnsOf(entry(config, 'columns'), '');
  if (columns.length > 0) out.push({ table, lines, declares: 'columns', columns, complete: false });
  const tags = textsOf(entry(config, 'tags')).map(readable);
  if (tags.length > 0) out.push({ table, lines, declares: 'tag', tags });
  const storage = entry(config, 'bigquery');
  const expiration = entry(storage, 'partitionExpirationDays');
  const partition = textOf(entry(storage, 'partitionBy'));
  if (partition !== undefined) {
    out.push({
      table,
      lines,
      declares: 'partition',
      columns: [readable(partition)],
      ...(expiration?.is === 'number' ? { expirationDays: expiration.value } : {}),
    });
  }
  const cluster = textsOf(entry(storage, 'clusterBy'));
  if (cluster.length > 0) out.push({ table, lines, declares: 'clustering', columns: cluster });
  return [...out, ...assertions(action, table)];
}

/** The assertions of a table's own configuration: Dataform runs them after each build. */
function assertions(action: Action, table: NameRef): Declaration[] {
  const { lines } = action;
  const config = entry(action.config, 'assertions');
  const single = textsOf(entry(config, 'uniqueKey'));
  const several = entry(config, 'uniqueKeys');
  const keys = [single, ...(several?.is === 'list' ? several.items.map((item) => textsOf(item)) : [])];
  const notNull = textsOf(entry(config, 'nonNull'));
  return [
    ...keys
      .filter((columns) => columns.length > 0)
      .map((columns): Declaration => ({
        table,
        lines,
        declares: 'key',
        columns,
        test: 'uniqueKey',
        by: 'test',
        conditional: false,
      })),
    ...(notNull.length === 0
      ? []
      : [{ table, lines, declares: 'not_null' as const, columns: notNull, conditional: false }]),
    ...acceptedValues(textsOf(entry(config, 'rowConditions')), table, lines),
  ];
}

/** A row condition `column IN ('a', 'b')` is a list of allowed values. */
function acceptedValues(conditions: readonly string[], table: NameRef, lines: Lines): Declaration[] {
  return conditions.flatMap((condition): Declaration[] => {
    const match =
      /^\s*([\w.`]+)\s+in\s*\(((?:\s*(?:'[^']*'|"[^"]*"|[\d.]+(?![\d.]))(?:\s*,)?)+)\s*\)\s*$/i.exec(
        condition,
      );
    if (match === null) return [];
    const values = [...(match[2] ?? '').matchAll(/'([^']*)'|"([^"]*)"|([\d.]+)/g)].map(
      (m) => m[1] ?? m[2] ?? m[3] ?? '',
    );
    return [
      {
        table,
        lines,
        declares: 'accepted_values',
        column: (match[1] ?? '').replace(/`/g, ''),
        values,
        conditional: false,
      },
    ];
  });
}

function columnsOf(value: Value | undefined, prefix: string): DeclaredColumn[] {
  if (value?.is !== 'object') return [];
  return [...value.entries].flatMap(([name, part]): DeclaredColumn[] => {
    const description = textOf(part) ?? textOf(entry(part, 'description'));
    const column: DeclaredColumn = {
      name: prefix + name,
      ...(description === undefined ? {} : { description: readable(description) }),
    };
    return [column, ...columnsOf(entry(part, 'columns'), `${prefix}${name}.`)];
  });
}
