/** The parenthesised list of `CREATE TABLE t (…)`: columns and constraints. */
import { words } from '../text/words.ts';
import type { Declaration, DeclaredColumn, Lines } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { splitAtCommas, type Cursor } from '../text/cursor.ts';
import { cursorOf, reference, textOf, within, type Source } from './statement.ts';

const typeEnds: ReadonlySet<string> = words(`
  NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES COMMENT OPTIONS CHECK CONSTRAINT GENERATED AUTOINCREMENT
  AUTO_INCREMENT IDENTITY COLLATE ENCODE MASKING WITH CODEC AS MATERIALIZED ALIAS DISTKEY SORTKEY ENCODING
  TAG FOREIGN ON AFTER
`);

interface Found {
  /** Column names, in order. */
  readonly names: readonly string[];
  readonly declarations: readonly Declaration[];
}

export function readColumns(source: Source, table: NameRef, lines: Lines): Found {
  const columns: DeclaredColumn[] = [];
  const declarations: Declaration[] = [];
  const key = (names: readonly string[], test: string) =>
    declarations.push({
      declares: 'key',
      table,
      lines,
      columns: names,
      test,
      by: 'constraint',
      conditional: false,
    });
  const relationship = (names: readonly string[], to: NameRef, toColumns: readonly string[]) =>
    declarations.push({
      declares: 'relationship',
      table,
      lines,
      columns: names,
      to,
      toColumns,
      test: 'foreign key',
      conditional: false,
    });
  const notNull: string[] = [];

  for (const tokens of splitAtCommas(source.tokens)) {
    const element = within(source, tokens);
    const cursor = cursorOf(element);
    if (readConstraint(element, cursor, key, relationship)) continue;
    const name = cursor.identifier();
    if (!name) continue;
    const from = cursor.index;
    while (!cursor.done && !typeEnds.has(cursor.word())) cursor.index++;
    const type = textOf(within(source, tokens.slice(from, cursor.index)))
      .replace(/\s+/g, ' ')
      .toLowerCase();
    let description: string | undefined;
    while (!cursor.done) {
      if (cursor.accept('PRIMARY', 'KEY')) key([name.name], 'primary key');
      else if (cursor.accept('UNIQUE')) key([name.name], 'unique');
      else if (cursor.accept('NOT', 'NULL')) notNull.push(name.name);
      else if (cursor.accept('REFERENCES')) {
        const to = cursor.name();
        const toColumns = namesIn(element, cursor);
        if (to) relationship([name.name], reference(source, to), toColumns);
      } else if (cursor.accept('COMMENT') || cursor.accept('DESCRIPTION')) {
        cursor.symbol('=');
        description ??= cursor.string();
      } else if (!cursor.accept('OPTIONS')) cursor.index++;
    }
    columns.push({
      name: name.name,
      ...(type ? { type } : {}),
      ...(description ? { description } : {}),
      line: source.lineAt(tokens[0]!.start),
    });
  }
  if (columns.some((column) => column.type ?? column.description))
    declarations.unshift({ declares: 'columns', table, lines, columns, complete: true });
  if (notNull.length > 0)
    declarations.push({ declares: 'not_null', table, lines, columns: notNull, conditional: false });
  return { names: columns.map((column) => column.name), declarations };
}

function readConstraint(
  source: Source,
  cursor: Cursor,
  key: (names: readonly string[], test: string) => void,
  relationship: (names: readonly string[], to: NameRef, toColumns: readonly string[]) => void,
): boolean {
  const named = cursor.accept('CONSTRAINT') && cursor.identifier();
  if (cursor.word() === 'PRIMARY' && cursor.word(1) === 'KEY') {
    cursor.index += 2;
    key(namesIn(source, cursor), named ? named.name : 'primary key');
    return true;
  }
  if (
    cursor.word() === 'UNIQUE' &&
    !named &&
    cursor.tokens.length > 1 &&
    !['', 'KEY', 'INDEX'].includes(cursor.word(1)) &&
    cursor.tokens[cursor.index + 2]?.text !== '('
  )
    return false;
  if (cursor.accept('UNIQUE')) {
    cursor.accept('KEY');
    cursor.accept('INDEX');
    if (cursor.token?.text !== '(') cursor.identifier();
    key(namesIn(source, cursor), named ? named.name : 'unique');
    return true;
  }
  if (cursor.accept('FOREIGN', 'KEY')) {
    const names = namesIn(source, cursor);
    cursor.accept('REFERENCES');
    const to = cursor.name();
    if (to) relationship(names, reference(source, to), namesIn(source, cursor));
    return true;
  }
  return (
    Boolean(named) ||
    (['CHECK', 'INDEX', 'PROJECTION', 'LIKE', 'EXCLUDE', 'PERIOD'].includes(cursor.word()) &&
      cursor.tokens.length > 1 &&
      cursor.word(1) !== 'STRING')
  );
}

function namesIn(source: Source, cursor: Cursor): string[] {
  return splitAtCommas(cursor.group() ?? []).flatMap(
    (tokens) => cursorOf(within(source, tokens)).identifier()?.name ?? [],
  );
}
