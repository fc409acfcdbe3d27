import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { Build, TableKind, WriteMode } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import type { ProjectItem, Relation } from '../../schema/contracts/relation.ts';
import { looksLikeSql, readEmbeddedSql, readExpressions, type EmbeddedSql } from '../embedded-sql.ts';
import { addCounts } from '../reader.ts';
import { hasHole, isAllHoles, readable, templatesToHoles } from '../runtime-text.ts';
import { tableName } from '../table-name.ts';
import { lineOf, linesOf, type Call, type Run } from './run.ts';
import type { PyNode } from './tree.ts';
import type { Value } from './values.ts';

export const isSql = (text: string): boolean => looksLikeSql(templatesToHoles(text));

/** Reads SQL that the code holds. Its line breaks are taken for those of the file from `line` on, as far as the literal goes. */
export function readSqlText(
  value: Extract<Value, { is: 'text' }>,
  node: PyNode,
  run: Run,
  dialect: Dialect,
): EmbeddedSql {
  run.executed.push(value.text);
  const [from, to] = linesOf(run, node);
  const start = value.line ?? from;
  const last = Math.max(to, start + value.text.split('\n').length - 1, start);
  const bound = value.line === undefined ? to : last;
  return readEmbeddedSql(templatesToHoles(value.text), {
    dialect,
    path: run.path,
    lineMap: (line) => Math.max(1, Math.min(bound, start + line - 1)),
  });
}

/** SQL literals that nobody in the file took: constants for other modules, arguments of what is not known. A fragment that became part of a
 * larger text was taken with it. */
export function leftoverSql(run: Run): void {
  for (const { value, node } of run.literals) {
    const head =
      value.text
        .split(/[{\uE000%]/)[0]
        ?.trim()
        .slice(0, 60) ?? '';
    if (head.length < 8 || run.executed.some((sql) => sql.includes(head))) continue;
    const sql = readSqlText(value, node, run, run.dialect);
    run.out.statements = addCounts(run.out.statements, sql.statements);
    run.by = undefined;
    const sure = sql.statements.parsed === sql.statements.total;
    for (const build of sure ? sql.builds : []) addBuild(build, run);
    for (const use of sure ? sql.uses : []) addUse(use.reads, use.relation, use.lines, run);
  }
}

/** Where the rows of a query go, when the code around it says so. */
export interface Destination {
  readonly target: NameRef;
  readonly kind: TableKind;
  readonly write: WriteMode;
  readonly partitionBy?: readonly string[];
  readonly clusterBy?: readonly string[];
}

/** Runs SQL for its effects: builds, and for a bare query a build of the destination or a use. Gives the query's rows. */
export function executeSql(
  value: Extract<Value, { is: 'text' }>,
  call: Call,
  run: Run,
  dialect: Dialect = run.dialect,
  destination?: Destination,
): EmbeddedSql['query'] {
  const sql = readSqlText(value, call.node, run, dialect);
  const by = run.by === undefined ? {} : { by: run.by };
  run.out.declarations.push(...sql.declarations);
  run.out.diagnostics.push(...sql.diagnostics);
  run.out.statements = addCounts(run.out.statements, sql.statements);
  for (const build of sql.builds) addBuild({ ...build, ...by }, run);
  if (destination !== undefined && sql.query !== undefined) {
    addBuild(
      {
        ...destination,
        lines: linesOf(run, call.node),
        reads: sql.query.reads,
        ...(sql.query.relation === undefined ? {} : { relation: sql.query.relation }),
        ...by,
      },
      run,
    );
    return sql.query;
  }
  for (const use of sql.uses) addUse(use.reads, use.relation, use.lines, run);
  return sql.query;
}

/** The rows of a query that code takes as a frame; builds inside the text take effect. */
export function queryRows(
  value: Extract<Value, { is: 'text' }>,
  call: Call,
  run: Run,
  dialect: Dialect,
): Relation | undefined {
  const sql = readSqlText(value, call.node, run, dialect);
  run.out.diagnostics.push(...sql.diagnostics);
  run.out.statements = addCounts(run.out.statements, sql.statements);
  for (const build of sql.builds)
    addBuild({ ...build, ...(run.by === undefined ? {} : { by: run.by }) }, run);
  const { query } = sql;
  if (query === undefined) return undefined;
  noteRead(query.reads, query.relation, call.node, run);
  return query.relation ?? { op: 'opaque', reads: query.reads, reason: 'a query that cannot be read' };
}

/** Expressions written as SQL text inside frame code. */
export function sqlItems(texts: readonly string[], call: Call, run: Run): readonly ProjectItem[] {
  const line = lineOf(run, call.node);
  return texts.flatMap((text) => {
    const items = readExpressions(text, { dialect: 'spark', path: run.path, lineMap: () => line });
    return items ?? [{ value: { ex: 'opaque', parts: [], text: readable(text) } } satisfies ProjectItem];
  });
}

/** The same statement reached twice (a function called in a loop) is one build. */
export function addBuild(build: Build, run: Run): void {
  const key = JSON.stringify(build);
  if (!run.out.builds.some((known) => known.lines[0] === build.lines[0] && JSON.stringify(known) === key)) {
    run.out.builds.push(build);
  }
}

export function addUse(
  reads: readonly NameRef[],
  relation: Relation | undefined,
  lines: readonly [number, number],
  run: Run,
): void {
  const key = JSON.stringify(reads);
  const known = run.out.uses.some((use) => use.lines[0] === lines[0] && JSON.stringify(use.reads) === key);
  if (reads.length === 0 || known) return;
  run.out.uses.push({
    kind: 'application',
    ...(run.by === undefined ? {} : { name: run.by }),
    lines,
    reads,
    ...(relation === undefined ? {} : { relation }),
  });
}

/** Keeps a read until the end of the file: where no build has it, it becomes a use. */
export function noteRead(
  reads: readonly NameRef[],
  relation: Relation | undefined,
  node: PyNode,
  run: Run,
): void {
  run.pendingReads.push({ reads, relation, lines: linesOf(run, node), by: run.by });
}

/** A table's name in code, `{name}` for its run-time parts; null when nothing of its last part is known. */
export function codeTable(text: string | undefined, line: number): NameRef | null {
  if (text === undefined) return null;
  const plain = templatesToHoles(text).replace(/\$.*$/s, '');
  const last = plain.slice(plain.lastIndexOf('.') + 1);
  if (isAllHoles(last) || (hasHole(plain) && isAllHoles(plain))) return null;
  return tableName(readable(plain), line);
}

const locationPattern =
  /^(gs|gcs|s3|s3a|s3n|abfss?|wasbs?|hdfs|dbfs|file|adl|https?):\/\/|^\/|\.(parquet|csv|json|jsonl|avro|orc|tsv|txt|gz|xlsx?)$/i;

/** A file or folder as a source or target of its own: the address is the name's only part. */
export function codeLocation(text: string | undefined, line: number): NameRef | null {
  if (text === undefined) return null;
  const plain = templatesToHoles(text).trim();
  if (plain === '' || isAllHoles(plain.replace(/^\w+:|\.\w+$|[/:*]/g, ''))) return null;
  return locationPattern.test(plain) || plain.includes('/') ? { parts: [readable(plain)], line } : null;
}
