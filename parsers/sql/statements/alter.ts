/** Statements that change, remove or describe tables that are there. */
import { reference, cursorOf, linesOf, type Outcome, type Source } from './statement.ts';
import type { Cursor } from '../text/cursor.ts';
import { nameParts } from '../text/names.ts';

const nothing: Outcome = { kind: 'other', status: 'parsed' };

export function readTruncate(source: Source): Outcome {
  const cursor = cursorOf(source);
  cursor.index++;
  cursor.accept('TABLE');
  cursor.accept('IF', 'EXISTS');
  const name = cursor.name();
  return name ? { ...nothing, removes: { table: reference(source, name), what: 'all_rows' } } : nothing;
}

const kinds: ReadonlySet<string> = new Set(['TABLE', 'VIEW']);

export function readDrop(source: Source): Outcome {
  const cursor = cursorOf(source);
  cursor.index++;
  for (const word of ['MATERIALIZED', 'EXTERNAL', 'TEMPORARY', 'TEMP', 'SNAPSHOT', 'DYNAMIC'])
    cursor.accept(word);
  if (!cursor.acceptAny(kinds)) return nothing;
  cursor.accept('IF', 'EXISTS');
  const name = cursor.name();
  return name ? { ...nothing, removes: { table: reference(source, name), what: 'table' } } : nothing;
}

/** `ALTER TABLE a RENAME TO b` and `a SWAP WITH b` put the rows of one table into another; constraints and descriptions are declared. */
export function readAlter(source: Source): Outcome {
  const cursor = cursorOf(source);
  cursor.index++;
  for (const word of ['MATERIALIZED', 'EXTERNAL', 'DYNAMIC', 'ICEBERG']) cursor.accept(word);
  if (!cursor.acceptAny(kinds)) return nothing;
  cursor.accept('IF', 'EXISTS');
  cursor.accept('ONLY');
  const name = cursor.name();
  if (!name) return nothing;
  const table = reference(source, name);
  if (cursor.accept('RENAME', 'TO') || cursor.accept('SWAP', 'WITH')) {
    const other = cursor.name();
    if (!other) return nothing;
    const target = reference(source, other);
    // A bare new name stays in the schema of the old one.
    const parts = target.parts.length === 1 ? [...table.parts.slice(0, -1), ...target.parts] : target.parts;
    const swapped = source.tokens.some((token) => /^swap$/i.test(token.text));
    const [to, from] = swapped ? [table, { ...target, parts }] : [{ ...target, parts }, table];
    const line = from.line === undefined ? {} : { line: from.line };
    return {
      kind: 'build',
      status: 'parsed',
      reads: [from],
      build: {
        target: to,
        kind: 'table',
        write: 'replace',
        lines: linesOf(source),
        relation: { op: 'scan', table: from, ...line },
        reads: [from],
      },
    };
  }
  if (cursor.accept('SET', 'OPTIONS') || cursor.accept('SET', 'COMMENT')) {
    const text = descriptionIn(cursor);
    if (text)
      return { ...nothing, declarations: [{ declares: 'description', table, lines: linesOf(source), text }] };
  }
  return nothing;
}

function descriptionIn(cursor: Cursor): string | undefined {
  for (; !cursor.done; cursor.index++) {
    const found = cursor.accept('DESCRIPTION') || cursor.accept('COMMENT');
    cursor.symbol('=');
    if (found && cursor.token?.kind === 'string') return cursor.string();
  }
  return undefined;
}

/** `COMMENT ON TABLE t IS '…'`, `COMMENT ON COLUMN t.c IS '…'`. */
export function readComment(source: Source): Outcome {
  const cursor = cursorOf(source);
  cursor.index++;
  cursor.accept('IF', 'EXISTS');
  cursor.accept('ON');
  cursor.accept('MATERIALIZED');
  const kind = cursor.acceptAny(new Set(['TABLE', 'VIEW', 'COLUMN']));
  const { token } = cursor;
  const path = kind && token ? cursor.path() : [];
  const column = kind === 'COLUMN' ? path.pop()?.name : undefined;
  cursor.accept('IS');
  const text = cursor.string();
  if (!text || !token || path.length === 0) return nothing;
  const lines = linesOf(source);
  const table = reference(source, { parts: nameParts(path, source.dialect), token });
  if (column === undefined)
    return { ...nothing, declarations: [{ declares: 'description', table, lines, text }] };
  return {
    ...nothing,
    declarations: [
      {
        declares: 'columns',
        table,
        lines,
        complete: false,
        columns: [{ name: column, description: text }],
      },
    ],
  };
}
