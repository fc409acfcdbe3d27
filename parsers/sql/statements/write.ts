/** INSERT, MERGE, UPDATE, DELETE. */
import { words } from '../text/words.ts';
import type { Build } from '../../../schema/contracts/facts.ts';
import type { Relation } from '../../../schema/contracts/relation.ts';
import { convertDelete, convertMerge, convertUpdate } from '../convert/write.ts';
import { splitAtCommas, type Cursor } from '../text/cursor.ts';
import { envOf, guarded, namesOnly, readQuery, treeOf } from './read-query.ts';
import { keyword } from '../text/lexer.ts';
import { replaced, cursorOf, linesOf, reference, within, type Outcome, type Source } from './statement.ts';

/** `INSERT [OVERWRITE] [INTO] [TABLE] t [(columns)] [PARTITION (…)] query`; `verb` is the place of INSERT when a WITH stands before it. */
export function readInsert(source: Source, verb = 0): Outcome {
  const cursor = cursorOf(source);
  cursor.index = verb;
  const replaces = cursor.word() === 'REPLACE';
  cursor.index++;
  let overwrite = false;
  for (let word = cursor.acceptAny(between); word; word = cursor.acceptAny(between))
    overwrite ||= word === 'OVERWRITE';
  if (cursor.accept('DIRECTORY')) {
    const read = readQuery(within(source, source.tokens.slice(cursor.index + 1)));
    return { ...read, kind: 'use' };
  }
  const name = cursor.name();
  if (!name) return { ...namesOnly(source), kind: 'build' };
  const partition: string[] = [];
  let columns: string[] = [];
  let conflict: string[] | undefined;
  if (cursor.accept('AS')) cursor.identifier();
  for (;;) {
    if (cursor.accept('PARTITION')) partition.push(...columnsOf(source, cursor));
    else if (
      cursor.token?.text === '(' &&
      !/^(?:select|with|\()$/i.test(cursor.tokens[cursor.index + 1]?.text ?? '')
    )
      columns = columnsOf(source, cursor);
    else if (
      cursor.accept('BY', 'NAME') ||
      cursor.accept('IF', 'NOT', 'EXISTS') ||
      cursor.accept('IF', 'EXISTS')
    )
      continue;
    else break;
  }
  const from = cursor.index;
  let to = source.tokens.length;
  for (; !cursor.done; cursor.index++) {
    if (cursor.token?.text === '(') cursor.group();
    if (cursor.word() === 'RETURNING') to = Math.min(to, cursor.index);
    if (cursor.word() === 'ON' && (cursor.word(1) === 'CONFLICT' || cursor.word(1) === 'DUPLICATE')) {
      to = Math.min(to, cursor.index);
      cursor.index += 2;
      conflict = columnsOf(source, cursor);
    }
  }
  // A WITH before INSERT belongs to the query behind it.
  const query = [...source.tokens.slice(0, verb), ...source.tokens.slice(from, to)];
  const read =
    verb > 0
      ? readQuery(replaced({ ...source, tokens: source.tokens.slice(0, to) }, verb, from, ''))
      : query.length > 0
        ? readQuery(within(source, query))
        : undefined;
  const build: Build = {
    target: reference(source, name),
    kind: 'table',
    write: overwrite
      ? partition.length > 0
        ? 'partition_overwrite'
        : 'replace'
      : conflict || replaces
        ? 'merge'
        : 'append',
    lines: linesOf(source),
    ...(read?.relation ? { relation: read.relation } : {}),
    ...(columns.length > 0 ? { columns } : {}),
    ...(conflict && conflict.length > 0 ? { uniqueKey: conflict } : {}),
    ...(partition.length > 0 ? { partitionBy: partition } : {}),
    reads: read?.reads ?? [],
  };
  return { kind: 'build', status: read?.status ?? 'parsed', build, reads: build.reads };
}

const between: ReadonlySet<string> = words(
  'INTO OVERWRITE TABLE IGNORE OR REPLACE LOW_PRIORITY DELAYED ALL LOCAL',
);

function columnsOf(source: Source, cursor: Cursor): string[] {
  return splitAtCommas(cursor.group() ?? []).flatMap(
    (tokens) => cursorOf(within(source, tokens)).identifier()?.name ?? [],
  );
}

/** MERGE, UPDATE and DELETE, from the syntax tree. */
export function readWriteTree(source: Source): Outcome {
  const tree = treeOf(source);
  const outcome =
    tree &&
    guarded(source, () => {
      const env = envOf(source);
      if ('merge' in tree) return convertMerge(tree.merge, source, env);
      if ('update' in tree) return convertUpdate(tree.update, source, env);
      if ('delete' in tree) return convertDelete(tree.delete, source, env);
      return undefined;
    });
  return outcome ?? deleteUsing(source) ?? fromTokens(source);
}

/** `DELETE FROM t USING a.b WHERE …`: what stands behind USING is read like a FROM clause. */
function deleteUsing(source: Source): Outcome | undefined {
  const using = source.tokens.findIndex((token) => keyword(token) === 'USING');
  if (keyword(source.tokens[0]) !== 'DELETE' || using === -1) return undefined;
  const { reads, status } = readQuery(replaced(source, 0, using + 1, 'SELECT * FROM '));
  const outcome = fromTokens(source);
  if (status !== 'parsed' || !outcome.build) return undefined;
  const { relation: _relation, ...build } = outcome.build;
  const { confidence: _confidence, ...target } = build.target;
  return {
    kind: 'build',
    status: 'parsed',
    reads,
    build: { ...build, target, reads },
    removes: { table: target, what: 'some_rows' },
  };
}

/** Without a tree: the target behind the verb, and whatever tables are named. */
function fromTokens(source: Source): Outcome {
  const verb = source.tokens.findIndex((token) => /^(?:merge|update|delete)$/i.test(token.text));
  const cursor = cursorOf(source);
  const word = source.tokens[verb]?.text.toUpperCase();
  cursor.index = verb + 1;
  cursor.accept('INTO');
  cursor.accept('FROM');
  const name = cursor.name();
  const read = namesOnly(source);
  if (!name) return { ...read, kind: 'build' };
  const target = reference(source, name);
  const reads = read.reads.filter((each) => each.parts.join('.') !== target.parts.join('.'));
  const write = word === 'MERGE' ? 'merge' : word === 'UPDATE' ? 'update' : 'delete';
  const relation: Relation = { op: 'opaque', reads, reason: 'syntax' };
  return {
    kind: 'build',
    status: 'opaque',
    reads,
    build: {
      target: { ...target, confidence: 'low' },
      kind: 'table',
      write,
      lines: linesOf(source),
      relation,
      reads,
    },
  };
}
