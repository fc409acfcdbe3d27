/** What is read from one statement, and what the rules for each kind of statement are given. */
import type { Diagnostic } from '../../../schema/contracts/diagnostic.ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { Build, Declaration, Lines } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Relation } from '../../../schema/contracts/relation.ts';
import { Cursor } from '../text/cursor.ts';
import type { Report } from '../convert/env.ts';
import { lineIndex, tokenize, type Token } from '../text/lexer.ts';

export interface SqlStatement {
  readonly lines: Lines;
  /** `parsed`: read from a syntax tree, or known to touch no data. `opaque`: only table names are known. `failed`: nothing is known. */
  readonly status: 'parsed' | 'opaque' | 'failed';
  /** `query`: rows for whoever asks. `build`: writes a table. `use`: reads tables, writes none. `other`: neither. */
  readonly kind: 'query' | 'build' | 'use' | 'other';
  /** The rows of a bare query, or what is read by a `use`. */
  readonly relation?: Relation;
  readonly build?: Build;
  readonly declarations: readonly Declaration[];
  readonly reads: readonly NameRef[];
  readonly diagnostics: readonly Diagnostic[];
  /** A table that exists no more, or has lost rows, after this statement. */
  readonly removes?: { readonly table: NameRef; readonly what: 'table' | 'all_rows' | 'some_rows' };
}

/** One statement of a script, before it is read. */
export interface Source {
  /** The whole text that the tokens are offsets into. */
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly dialect: Dialect;
  readonly procedural: boolean;
  readonly variables: ReadonlySet<string>;
  /** Line of the file for an offset of the text. */
  readonly lineAt: (offset: number) => number;
  /** Line of the file for a line of the part of the text that begins at an offset. */
  readonly lineFrom: (offset: number, line: number) => number;
  readonly report: Report;
}

export type Outcome = Pick<SqlStatement, 'kind'> & Partial<Omit<SqlStatement, 'lines' | 'diagnostics'>>;

export const cursorOf = (source: Source): Cursor => new Cursor(source.tokens, source.dialect);

export const linesOf = (source: Source): Lines => [
  source.lineAt(source.tokens[0]!.start),
  source.lineAt(source.tokens.at(-1)!.end - 1),
];

/** The part of a statement from one token on, as a source of its own. */
export const rest = (source: Source, from: number, to?: number): Source => ({
  ...source,
  tokens: source.tokens.slice(from, to),
});

export const within = (source: Source, tokens: readonly Token[]): Source => ({ ...source, tokens });

/**
 * A text made of parts of a statement, or found inside it, as a source of its own. Its first line stands for the line of the statement at
 * `offset`.
 */
export function derived(source: Source, text: string, offset: number): Source {
  const lineInText = lineIndex(text);
  return {
    ...source,
    text,
    tokens: tokenize(text, source.dialect),
    lineAt: (at) => source.lineFrom(offset, lineInText(at)),
    lineFrom: (at, line) => source.lineFrom(offset, lineInText(at) + line - 1),
  };
}

/** The text between two tokens' starts, replaced by something else; its line breaks stay. */
export function replaced(source: Source, from: number, to: number, by: string): Source {
  const [first] = source.tokens;
  if (!first) return source;
  const start = source.tokens[from]!.start;
  const end = source.tokens[to]?.start ?? source.tokens.at(-1)!.end;
  const removed = source.text.slice(start, end).replace(/[^\n]/g, '');
  const text = `${source.text.slice(first.start, start)}${by}${removed}${source.text.slice(end, source.tokens.at(-1)!.end)}`;
  return derived(source, text, first.start);
}

export function textOf(source: Source): string {
  const [first] = source.tokens;
  return first ? source.text.slice(first.start, source.tokens.at(-1)!.end) : '';
}

export const reference = (
  source: Source,
  name: { readonly parts: string[]; readonly token: Token },
): NameRef => ({
  parts: name.parts,
  line: source.lineAt(name.token.start),
});
