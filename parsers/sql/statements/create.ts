/** CREATE TABLE, VIEW and the like. The head is read from tokens, since its clauses differ by dialect; the query goes to the readers. */
import { words } from '../text/words.ts';
import type { Build, Declaration, TableKind } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { readColumns } from './columns.ts';
import { splitAtCommas, type Cursor } from '../text/cursor.ts';
import type { Token } from '../text/lexer.ts';
import { readQuery } from './read-query.ts';
import {
  cursorOf,
  linesOf,
  reference,
  rest,
  textOf,
  within,
  type Outcome,
  type Source,
} from './statement.ts';

const modifiers: ReadonlySet<string> = words(`
  OR REPLACE ALTER TEMP TEMPORARY TRANSIENT EXTERNAL SECURE DYNAMIC MATERIALIZED LOCAL GLOBAL VOLATILE
  UNLOGGED LIVE STREAMING ICEBERG HYBRID RECURSIVE FORCE SNAPSHOT FOREIGN REFRESH PRIVATE EVENT
  AGGREGATION
`);

export function readCreate(source: Source): Outcome {
  const cursor = cursorOf(source);
  cursor.index++;
  const words = new Set<string>();
  for (let word = cursor.acceptAny(modifiers); word; word = cursor.acceptAny(modifiers)) words.add(word);
  const object = cursor.acceptAny(new Set(['TABLE', 'VIEW', 'FUNCTION', 'AGGREGATE', 'MODEL']));
  if (
    object === 'FUNCTION' ||
    object === 'AGGREGATE' ||
    object === 'MODEL' ||
    (object === 'TABLE' && cursor.word() === 'FUNCTION')
  )
    return readBody(source, cursor);
  if (!object) return { kind: 'other', status: 'parsed' };
  cursor.accept('IF', 'NOT', 'EXISTS');
  const name = cursor.name();
  if (!name) return { kind: 'other', status: 'failed' };
  return readTable(source, cursor, reference(source, name), kindOf(object, words), words);
}

function kindOf(object: string, words: ReadonlySet<string>): TableKind {
  if (words.has('TEMP') || words.has('TEMPORARY') || words.has('VOLATILE')) return 'temporary';
  if (object === 'VIEW') return words.has('MATERIALIZED') ? 'materialized_view' : 'view';
  if (words.has('DYNAMIC') || (words.has('MATERIALIZED') && object === 'TABLE')) return 'materialized_view';
  return words.has('EXTERNAL') || words.has('FOREIGN') ? 'external' : 'table';
}

interface Head {
  columns: readonly Token[] | undefined;
  partitionBy: string[];
  clusterBy: string[];
  description: string | undefined;
  copies: NameRef | undefined;
  /** ClickHouse: the table that a materialized view writes into. */
  into: NameRef | undefined;
  query: Source | undefined;
}

function readTable(
  source: Source,
  cursor: Cursor,
  target: NameRef,
  kind: TableKind,
  words: ReadonlySet<string>,
): Outcome {
  const head = readHead(source, cursor);
  const lines = linesOf(source);
  const declared = readColumns(within(source, head.columns ?? []), target, lines);
  const declarations: Declaration[] = [...declared.declarations];
  if (head.description)
    declarations.push({ declares: 'description', table: target, lines, text: head.description });
  if (head.partitionBy.length > 0)
    declarations.push({ declares: 'partition', table: target, lines, columns: head.partitionBy });
  if (head.clusterBy.length > 0)
    declarations.push({ declares: 'clustering', table: target, lines, columns: head.clusterBy });
  const query = head.query && readQuery(head.query);
  const line = head.copies?.line === undefined ? {} : { line: head.copies.line };
  const relation = query?.relation ?? (head.copies && { op: 'scan' as const, table: head.copies, ...line });
  const reads = query?.reads ?? (head.copies ? [head.copies] : []);
  // IF NOT EXISTS … AS SELECT runs once and is not repeated, but what it makes is the whole table.
  const build: Build = {
    target: head.into ?? target,
    kind: head.into ? 'table' : kind,
    write: head.into ? 'append' : relation ? 'replace' : 'define',
    lines,
    ...(relation ? { relation } : {}),
    ...(declared.names.length > 0 ? { columns: declared.names } : {}),
    ...(head.partitionBy.length > 0 ? { partitionBy: head.partitionBy } : {}),
    ...(head.clusterBy.length > 0 ? { clusterBy: head.clusterBy } : {}),
    reads,
  };
  if (words.has('SNAPSHOT') && !head.copies && !query)
    return { kind: 'build', status: 'opaque', build, reads, declarations };
  return { kind: 'build', status: query?.status ?? 'parsed', build, reads, declarations };
}

/** The clauses between a table's name and its query, in whatever order they come. */
function readHead(source: Source, cursor: Cursor): Head {
  const head: Head = {
    columns: undefined,
    partitionBy: [],
    clusterBy: [],
    description: undefined,
    copies: undefined,
    into: undefined,
    query: undefined,
  };
  if (cursor.accept('ON', 'CLUSTER')) cursor.identifier();
  const first =
    cursor.token?.text === '(' && !startsQuery(cursor.tokens[cursor.index + 1]) ? cursor.group() : undefined;
  head.columns = first;
  while (!cursor.done) {
    if (cursor.accept('PARTITION', 'BY') || cursor.accept('PARTITIONED', 'BY'))
      head.partitionBy = listOf(source, cursor);
    else if (cursor.accept('CLUSTER', 'BY') || cursor.accept('CLUSTERED', 'BY'))
      head.clusterBy = listOf(source, cursor);
    else if (cursor.accept('COMMENT')) {
      cursor.symbol('=');
      head.description ??= cursor.string();
    } else if (cursor.accept('OPTIONS') || cursor.accept('WITH')) {
      const options = cursor.group();
      if (options) readOptions(within(source, options), head);
    } else if (cursor.accept('LIKE')) {
      // The shape is copied, the rows are not.
      cursor.name();
    } else if (
      cursor.accept('CLONE') ||
      cursor.accept('COPY') ||
      cursor.accept('SHALLOW', 'CLONE') ||
      cursor.accept('DEEP', 'CLONE')
    ) {
      const name = cursor.name();
      head.copies = name && reference(source, name);
      if (name) break;
    } else if (cursor.accept('TO')) {
      const name = cursor.name();
      head.into = name && reference(source, name);
      if (cursor.token?.text === '(') cursor.group();
    } else if (cursor.word() === 'AS' && !opensQuery(cursor.tokens[cursor.index + 1])) {
      // Not `AS SELECT` but `STORED AS PARQUET` and the like.
      cursor.index++;
    } else if (cursor.accept('AS') || startsQuery(cursor.token)) {
      head.query = rest(source, cursor.index, queryEnd(cursor));
      break;
    } else if (cursor.token?.text === '(') {
      if (startsQuery(cursor.tokens[cursor.index + 1])) {
        head.query = rest(source, cursor.index, queryEnd(cursor));
        break;
      }
      cursor.group();
    } else cursor.index++;
  }
  return head;
}

const opensQuery = (token: Token | undefined): boolean =>
  token?.text === '(' || (token?.kind === 'word' && /^(?:select|with|from|values|table)$/i.test(token.text));

const startsQuery = (token: Token | undefined): boolean =>
  token?.kind === 'word' && /^(?:select|with)$/i.test(token.text);

/** Where the query ends: before `WITH [NO] DATA`, `WITH NO SCHEMA BINDING`. */
function queryEnd(cursor: Cursor): number {
  const words = cursor.tokens.slice(-4).map((token) => token.text.toUpperCase());
  const with_ = words.lastIndexOf('WITH');
  const tail = with_ === -1 ? '' : words.slice(with_).join(' ');
  const isTail = ['WITH DATA', 'WITH NO DATA', 'WITH NO SCHEMA BINDING', 'WITH CHECK OPTION'].includes(tail);
  return cursor.tokens.length - (isTail ? words.length - with_ : 0);
}

/** What follows `PARTITION BY`: a group's elements, or expressions up to the next clause. */
function listOf(source: Source, cursor: Cursor): string[] {
  const group = cursor.token?.text === '(' ? cursor.group() : undefined;
  if (group) return splitAtCommas(group).map((part) => partitionText(within(source, part)));
  const from = cursor.index;
  while (!cursor.done && !clauseStart.has(cursor.word()))
    if (cursor.token?.text !== '(' || !cursor.group()) cursor.index++;
  return splitAtCommas(source.tokens.slice(from, cursor.index)).map((part) => textOf(within(source, part)));
}

const clauseStart: ReadonlySet<string> = words(`
  CLUSTER OPTIONS AS PARTITION PARTITIONED COMMENT WITH ORDER SETTINGS PRIMARY ENGINE TBLPROPERTIES
  LOCATION STORED USING TTL SELECT
`);

/** Hive declares partition columns with their types. */
const partitionText = (part: Source): string => {
  const plain = part.tokens.length > 1 && part.tokens.every((token) => token.kind === 'word');
  return plain ? part.tokens[0]!.text : textOf(part);
};

/** `OPTIONS(description='…')`; Trino's and Athena's `WITH (partitioned_by = ARRAY['ds'])`. */
function readOptions(options: Source, head: Head): void {
  for (const tokens of splitAtCommas(options.tokens)) {
    const [key, , value] = tokens;
    const name = key?.text.toLowerCase().replace(/["'`]/g, '');
    if ((name === 'description' || name === 'comment') && value?.kind === 'string')
      head.description ??= cursorOf(within(options, [value])).string();
    const list = () =>
      tokens
        .slice(2)
        .filter((token) => token.kind === 'string')
        .map((token) => token.text.slice(1, -1));
    if (name === 'partitioned_by' || name === 'partitioning') head.partitionBy = list();
    if (name === 'bucketed_by') head.clusterBy = list();
  }
}

/** Functions and models: not tables, but the queries inside them read tables. */
function readBody(source: Source, cursor: Cursor): Outcome {
  const from = source.tokens.findIndex((token, index) => index >= cursor.index && startsQuery(token));
  const language = source.tokens.some((token) => /^(?:js|javascript|python|java|scala)$/i.test(token.text));
  if (from === -1 || language || !source.tokens.slice(from).some((token) => /^from$/i.test(token.text)))
    return { kind: 'other', status: 'parsed' };
  const inner = cursorOf(source);
  inner.index = from - 1;
  const end = inner.group() ? inner.index : source.tokens.length;
  const read = readQuery(rest(source, source.tokens[from - 1]?.text === '(' ? from - 1 : from, end));
  return { ...read, kind: read.reads.length > 0 ? 'use' : 'other' };
}
