import type { TSESTree } from '@typescript-eslint/typescript-estree';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { Build } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import type { Relation } from '../../schema/contracts/relation.ts';
import { isSurelySql, looksLikeSql, readEmbeddedSql } from '../embedded-sql.ts';
import { addCounts } from '../reader.ts';
import { hasHole, isAllHoles, readable } from '../runtime-text.ts';
import { tableName } from '../table-name.ts';
import { lineOf, type Library, type Run, type TagLibrary } from './run.ts';
import { entry, hostValue, unknown, type CallSite, type Value } from './values.ts';

type Text = Extract<Value, { is: 'text' }>;

/** Reads SQL for its effects: what it builds, and its bare queries as uses. */
export function executeSql(value: Text, node: TSESTree.Node, run: Run, dialect: Dialect = run.dialect): void {
  if (run.executed.includes(value.text)) return;
  run.executed.push(value.text);
  const start = value.line ?? lineOf(run, node);
  const last = start + value.text.split('\n').length - 1;
  const sql = readEmbeddedSql(value.text, {
    dialect,
    path: run.path,
    lineMap: (line) => (value.line === undefined ? start : Math.min(last, start + line - 1)),
  });
  run.out.statements = addCounts(run.out.statements, sql.statements);
  run.out.declarations.push(...sql.declarations);
  run.out.diagnostics.push(...sql.diagnostics);
  for (const build of sql.builds) addBuild(build, run);
  for (const use of sql.uses) addUse(use.reads, use.relation, use.lines, run);
}

export function addBuild(build: Build, run: Run): void {
  const full: Build = run.by === undefined ? build : { ...build, by: run.by };
  const key = JSON.stringify(full);
  if (!run.out.builds.some((known) => JSON.stringify(known) === key)) run.out.builds.push(full);
}

export function addUse(
  reads: readonly NameRef[],
  relation: Relation | undefined,
  lines: readonly [number, number],
  run: Run,
): void {
  if (reads.length === 0) return;
  run.out.uses.push({
    kind: 'application',
    ...(run.by === undefined ? {} : { name: run.by }),
    lines,
    reads,
    ...(relation === undefined ? {} : { relation }),
  });
}

/** A table's name in code; null when its last part is known only at run time, or it is no name. */
export function codeTable(text: string | undefined, line: number): NameRef | null {
  if (text === undefined) return null;
  const last = text.slice(text.lastIndexOf('.') + 1);
  return hasHole(text) && isAllHoles(last) ? null : tableName(readable(text), line);
}

const receivers: readonly (readonly [RegExp, Dialect])[] = [
  [/bigquery|(^|\.)bq/i, 'bigquery'],
  [/snowflake/i, 'snowflake'],
  [/duckdb|duck/i, 'duckdb'],
  [/clickhouse/i, 'clickhouse'],
  [/athena/i, 'athena'],
  [/redshift/i, 'redshift'],
  [/trino|presto/i, 'trino'],
  [/databricks/i, 'databricks'],
  [/(^|\.)(pg|pool|postgres|pgClient)/i, 'postgres'],
  [/mysql/i, 'mysql'],
];

const dialectOf = (path: string, run: Run): Dialect =>
  receivers.find(([pattern]) => pattern.test(path))?.[1] ?? run.dialect;

const sqlKeys = ['query', 'sql', 'text', 'sqlText', 'statement', 'QueryString', 'querySql'];

const executes = /(query|execute|sql|raw|unsafe|prepare|statement)/i;

/** SQL given to a call: `pool.query("…")`, `bigquery.query({ query })`, `connection.execute({ sqlText })`. */
export const sqlCalls: Library = (call, run) => {
  if (/(^|\.)(log|info|warn|error|debug|trace)$/.test(call.path)) return undefined;
  for (const arg of call.args) {
    const value = [arg, ...sqlKeys.map((key) => entry(arg, key))].map(sqlText).find((part) => part);
    const runs = executes.test(call.method) ? looksLikeSql : isSurelySql;
    if (value !== undefined && runs(value.text)) {
      executeSql(value, call.node, run, dialectOf(call.path, run));
      return unknown(call.method);
    }
  }
  return undefined;
};

/** The text of a string or of a tagged fragment. */
function sqlText(value: Value | undefined): Text | undefined {
  if (value?.is === 'text') return value;
  if (value?.is !== 'host' || value.host.type !== 'sql' || value.host.text === undefined) return undefined;
  const { text, line } = value.host;
  return { is: 'text', text, ...(line === undefined ? {} : { line }) };
}

/** `` sql`…` ``, `` Prisma.sql`…` ``, `` db.query`…` ``, `` client.$queryRaw`…` ``: a fragment stays text inside a larger one. */
export const sqlTags: TagLibrary = (tag, value, site, run) => {
  const name = tag.slice(tag.lastIndexOf('.') + 1);
  if (/^(sql|SQL|raw|literal|fragment)$/.test(name)) {
    if (run.callLine === undefined && isSurelySql(value.text))
      run.literals.push({ text: value.text, line: value.line ?? lineOf(run, site.node), node: site.node });
    return fragment(value);
  }
  if (looksLikeSql(value.text)) {
    executeSql(value, site.node, run, dialectOf(tag, run));
    return unknown(name);
  }
  return undefined;
};

/** Text with the methods of the libraries that make it: `.as(…)`, `.execute(db)`. */
function fragment(value: Text): Value {
  return hostValue({
    type: 'sql',
    text: value.text,
    line: value.line,
    method: (name, args, site: CallSite, run) => {
      if (name === 'execute' || name === 'then') {
        if (looksLikeSql(value.text)) executeSql(value, site.node, run);
        return unknown('rows');
      }
      if (name === 'as')
        return hostValue({
          type: 'aliased',
          text: value.text,
          get: (key) => (key === 'alias' ? args[0] : undefined),
        });
      return name === '$castTo' || name === 'trim' ? fragment(value) : undefined;
    },
  });
}

/** SQL literals that nobody in the file took (exported queries, arguments of what is not known) are uses too. */
export function leftoverSql(run: Run): void {
  for (const { text, line, node } of run.literals) {
    const head = text.split('\uE000')[0]?.trim().slice(0, 60) ?? '';
    if (run.executed.some((sql) => sql.includes(head))) continue;
    run.by = undefined;
    // Of a text that nobody runs, only what reads as SQL from end to end is believed.
    const { statements } = readEmbeddedSql(text, {
      dialect: run.dialect,
      path: run.path,
      lineMap: () => line,
    });
    if (statements.parsed === statements.total) executeSql({ is: 'text', text, line }, node, run);
  }
}
