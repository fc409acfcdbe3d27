/** One statement: the first word decides which rule reads it. The table below is the list of what is understood. */
import { own } from '../../../schema/contracts/own.ts';
import { words } from '../text/words.ts';
import type { Build } from '../../../schema/contracts/facts.ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { stringValue } from '../text/cursor.ts';
import { keyword } from '../text/lexer.ts';
import type { Outcome, Source } from './statement.ts';
import { cursorOf, derived, linesOf, reference, replaced, rest } from './statement.ts';
import { readAlter, readComment, readDrop, readTruncate } from './alter.ts';
import { readCreate } from './create.ts';
import { readInsert, readWriteTree } from './write.ts';
import { namesOnly, readQuery } from './read-query.ts';

type Rule = (source: Source) => Outcome;

const rules: Readonly<Record<string, Rule>> = {
  SELECT: readBareQuery,
  WITH: readWith,
  FROM: readBareQuery,
  VALUES: readBareQuery,
  TABLE: readBareQuery,
  CREATE: readCreate,
  INSERT: readInsert,
  REPLACE: readInsert,
  MERGE: readWriteTree,
  UPDATE: readWriteTree,
  DELETE: readWriteTree,
  TRUNCATE: readTruncate,
  DROP: readDrop,
  ALTER: readAlter,
  COMMENT: readComment,
  EXPORT: readInnerQuery,
  UNLOAD: readInnerQuery,
  COPY: readInnerQuery,
  EXPLAIN: readInnerQuery,
  CACHE: readInnerQuery,
  DECLARE: readInnerQuery,
  SET: readInnerQuery,
  ASSERT: readInnerQuery,
  RETURN: readInnerQuery,
  CALL: readInnerQuery,
  EXECUTE: readDynamic,
};

/** Statements that neither read nor write rows of tables. */
const harmless: ReadonlySet<string> = words(`
  GRANT REVOKE USE BEGIN COMMIT ROLLBACK START ANALYZE VACUUM OPTIMIZE REFRESH MSCK SHOW DESCRIBE DESC
  LIST PUT GET REMOVE RAISE LEAVE BREAK CONTINUE ITERATE UNSET RESET SUSPEND RESUME PRAGMA ATTACH
  DETACH INSTALL LOAD LOCK UNLOCK KILL UNDROP DISCARD CHECKPOINT FETCH OPEN CLOSE NULL ADD SYSTEM EXCHANGE
  UNCACHE CLEAR IMPORT LET AWAIT CANCEL NOTIFY LISTEN PERFORM
`);

export function readStatement(source: Source): Outcome {
  const cursor = cursorOf(source);
  if (cursor.token?.text === '(') return readBareQuery(source);
  const rule = own(rules, cursor.word());
  if (rule) return rule(source);
  if (harmless.has(cursor.word())) return { kind: 'other', status: 'parsed' };
  return readBareQuery(source);
}

export function readBareQuery(source: Source): Outcome {
  return readSelectInto(source) ?? { kind: 'query', ...readQuery(source) };
}

const intoMakesTable: ReadonlySet<Dialect> = new Set(['postgres', 'redshift', 'generic']);

/** `SELECT … INTO t FROM …` makes a table; in a procedure it fills a variable. */
function readSelectInto(source: Source): Outcome | undefined {
  const cursor = cursorOf(source);
  while (!cursor.done && cursor.word() !== 'INTO' && cursor.word() !== 'FROM')
    if (!cursor.group()) cursor.index++;
  const from = cursor.index;
  if (source.procedural || !intoMakesTable.has(source.dialect) || !cursor.accept('INTO')) return undefined;
  const kind = cursor.accept('TEMP') || cursor.accept('TEMPORARY') ? 'temporary' : 'table';
  cursor.accept('UNLOGGED');
  cursor.accept('TABLE');
  const name = cursor.name();
  if (!name) return undefined;
  const read = readQuery(replaced(source, from, cursor.index, ''));
  const relation = read.relation ? { relation: read.relation } : {};
  const build: Build = {
    target: reference(source, name),
    kind,
    write: 'replace',
    lines: linesOf(source),
    ...relation,
    reads: read.reads,
  };
  return { kind: 'build', status: read.status, reads: read.reads, build };
}

/** `WITH … SELECT`, or a statement that writes behind its common table expressions. */
function readWith(source: Source): Outcome {
  const cursor = cursorOf(source);
  for (cursor.index = 1; !cursor.done;) {
    if (cursor.group()) continue;
    const word = cursor.word();
    if (word === 'SELECT' || word === 'FROM') break;
    if (word === 'INSERT') return readInsert(source, cursor.index);
    if (word === 'MERGE' || word === 'UPDATE' || word === 'DELETE') return readWriteTree(source);
    cursor.index++;
  }
  return readBareQuery(source);
}

/** `UNLOAD ('SELECT …')`: the query is a string. */
function readQuotedQuery(source: Source): Outcome {
  const token = source.tokens.find(
    (each) => each.kind === 'string' && /^\W*(?:select|with)\s/i.test(each.text),
  );
  if (!token || keyword(source.tokens[0]) !== 'UNLOAD') return { kind: 'other', status: 'parsed' };
  const read = readQuery(derived(source, stringValue(token.text), token.start));
  return { ...read, kind: read.reads.length > 0 ? 'use' : 'other' };
}

/** Stands for what a script puts between two pieces of text. */
const hole = '${hole}';

/** `EXECUTE IMMEDIATE '…'`: a literal is read as the statement that it is; anything else is known only when it runs. */
function readDynamic(source: Source): Outcome {
  const token = source.tokens[2];
  if (keyword(source.tokens[1]) !== 'IMMEDIATE' || !token) return { kind: 'other', status: 'parsed' };
  const isLiteral =
    token.kind === 'string' && ['', 'USING', 'INTO'].includes(source.tokens[3]?.text.toUpperCase() ?? '');
  if (isLiteral) return readStatement(derived(source, stringValue(token.text), token.start));
  source.report('sql.dynamic', 'The statement is put together at run time', source.lineAt(token.start));
  const pieces = source.tokens.flatMap((each) => (each.kind === 'string' ? stringValue(each.text) : []));
  const found = namesOnly(derived(source, pieces.join(hole), token.start));
  // A name with a hole in it, or one that is open at its end, is none.
  const reads = found.reads.filter((name) => !name.parts.some((part) => part === '' || part.includes('${')));
  if (reads.length === 0) return { kind: 'other', status: 'failed' };
  return { kind: 'use', status: 'opaque', reads };
}

/** Statements that may hold a query or an expression with one: everything from its first SELECT or parenthesis on. */
function readInnerQuery(source: Source): Outcome {
  const from = source.tokens.findIndex(
    (token) => /^(?:select|with)$/i.test(token.text) && token.kind === 'word',
  );
  if (from === -1) return readQuotedQuery(source);
  let start = from;
  let end = source.tokens.length;
  if (source.tokens[from - 1]?.text === '(') {
    start = from - 1;
    const cursor = cursorOf(source);
    cursor.index = start;
    cursor.group();
    end = cursor.index;
  }
  const read = readQuery(rest(source, start, end));
  return { ...read, kind: read.reads.length > 0 ? 'use' : 'other' };
}
