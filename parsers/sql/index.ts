/** SQL text → statements in the relational form. Pure, but for `initSqlReader`, which loads the parser once. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { initFirstReader } from './readers/first-reader.ts';
import { keyword, lineIndex, type Token } from './text/lexer.ts';
import { initSecondReader } from './readers/second-reader.ts';
import { readBareQuery, readStatement } from './statements/read-statement.ts';
import { splitScript, type Chunk } from './text/split.ts';
import { holdsTemplate, withoutTemplates } from './text/templates.ts';
import { linesOf, type Outcome, type Source, type SqlStatement } from './statements/statement.ts';

export { expressionText } from '../../schema/contracts/expression-text.ts';
export { buildsAndUses, readSqlFile } from './read-file.ts';
export type { SqlStatement } from './statements/statement.ts';

/** Raised whenever the same text may come out differently. */
export const readerVersion = 7;

export interface ReadOptions {
  readonly dialect: Dialect;
  /** Named in diagnostics; empty when the text is of no file. */
  readonly path?: string;
  /** Line of the file for a line of the text, when the text was rendered or cut out of it. Default: the same. */
  readonly lineMap?: (renderedLine: number) => number;
}

/** Texts longer than this (UTF-16 units) are not read. */
const maxLength = 1_000_000;

/** Loads the parsers (some 200 ms); must have ended before anything else here is called. Cheap when repeated. */
export async function initSqlReader(): Promise<void> {
  await initFirstReader();
  await initSecondReader();
}

/** The statements of a text, in its order. What cannot be read costs that statement only, and gives a diagnostic. */
export function readSql(given: string, options: ReadOptions): SqlStatement[] {
  if (given.length > maxLength) return [tooLarge(given, options)];
  const text = holdsTemplate(given) ? withoutTemplates(given, options.dialect) : given;
  const lineInText = lineIndex(text);
  const lineMap = options.lineMap ?? ((line: number) => line);
  const lineAt = (offset: number) => lineMap(lineInText(offset));
  const lineFrom = (offset: number, line: number) => lineMap(lineInText(offset) + line - 1);
  const chunks = splitScript(text, options.dialect);
  const variables = variablesOf(chunks);
  return chunks.map((chunk) => {
    const diagnostics: Diagnostic[] = [];
    const source: Source = {
      text,
      tokens: chunk.tokens,
      dialect: options.dialect,
      procedural: chunk.procedural,
      variables,
      lineAt,
      lineFrom,
      report: (code, message, line) => {
        if (diagnostics.some((each) => each.code === code && each.line === line)) return;
        const severity = code === 'sql.syntax' ? 'error' : 'warning';
        diagnostics.push({
          code,
          severity,
          message,
          path: options.path ?? '',
          ...(line === undefined ? {} : { line }),
          fault: 'system',
        });
      },
    };
    const outcome = readChunk(chunk, source);
    return {
      declarations: [],
      reads: [],
      ...outcome,
      status: outcome.status ?? 'parsed',
      lines: linesOf(source),
      diagnostics,
    };
  });
}

function readChunk(chunk: Chunk, source: Source): Outcome {
  if (chunk.kind === 'statement') return readStatement(source);
  const from = chunk.tokens.findIndex((token) => /^(?:select|with)$/i.test(token.text));
  if (from === -1) return { kind: 'other', status: 'parsed' };
  const start = chunk.tokens[from - 1]?.text === '(' ? from - 1 : from;
  const read = readBareQuery({ ...source, tokens: chunk.tokens.slice(start) });
  return { ...read, kind: 'use' };
}

/** Names that scripts declare: `DECLARE a, b INT64`, `SET a = 1`, a block's declarations. */
function variablesOf(chunks: readonly Chunk[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (token: Token | undefined) => {
    if (token?.kind === 'word') names.add(token.text.toLowerCase());
  };
  for (const { kind, tokens } of chunks) {
    if (kind === 'declare') add(tokens[0]);
    if (kind !== 'statement' || keyword(tokens[0]) !== 'DECLARE') continue;
    for (let index = 1; index < tokens.length; index += 2) {
      add(tokens[index]);
      if (tokens[index + 1]?.text !== ',') break;
    }
  }
  return names;
}

function tooLarge(text: string, options: ReadOptions): SqlStatement {
  const message = `The text has ${text.length} characters; more than ${maxLength} are not read`;
  const lineMap = options.lineMap ?? ((line: number) => line);
  return {
    lines: [lineMap(1), lineMap(lineIndex(text)(text.length))],
    status: 'failed',
    kind: 'other',
    declarations: [],
    reads: [],
    diagnostics: [
      { code: 'sql.too_large', severity: 'error', message, path: options.path ?? '', fault: 'user' },
    ],
  };
}
