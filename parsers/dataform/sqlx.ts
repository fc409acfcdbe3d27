/** One part of a `.sqlx` file: its text and the line that it begins on. */
export interface SqlxPart {
  readonly text: string;
  readonly line: number;
}

export interface SqlxFile {
  /** The object literal of `config { … }`, braces included. */
  readonly config?: SqlxPart;
  /** Code of the `js { … }` blocks. */
  readonly js: readonly SqlxPart[];
  readonly preOperations: readonly SqlxPart[];
  readonly postOperations: readonly SqlxPart[];
  /** What is left: the query, with the blocks blanked out so that lines stay. Statements of an operation are split at `---`. */
  readonly query: string;
}

/** Splits a `.sqlx` file into its blocks. A block that does not end takes the rest of the file. */
export function splitSqlx(text: string): SqlxFile {
  const js: SqlxPart[] = [];
  const pre: SqlxPart[] = [];
  const post: SqlxPart[] = [];
  let config: SqlxPart | undefined;
  let query = '';
  let at = 0;
  while (at < text.length) {
    const block = /^[ \t]*(config|js|pre_operations|post_operations|input\s+"[^"]*")\s*\{/.exec(
      text.slice(at, at + 400),
    );
    const atLineStart = at === 0 || text[at - 1] === '\n';
    if (block === null || !atLineStart) {
      const end = nextLine(text, at);
      query += text.slice(at, end);
      at = end;
      continue;
    }
    const open = at + block[0].length - 1;
    const close = blockEnd(text, open);
    const line = lineAt(text, open);
    const [name = ''] = (block[1] ?? '').split(/\s/);
    const inner: SqlxPart = { text: text.slice(open + 1, close), line };
    if (name === 'config') config ??= { text: text.slice(open, close + 1), line };
    else if (name === 'js') js.push(inner);
    else if (name === 'pre_operations') pre.push(inner);
    else if (name === 'post_operations') post.push(inner);
    query += text.slice(at, close + 1).replace(/[^\n]/g, ' ');
    at = close + 1;
  }
  return { ...(config === undefined ? {} : { config }), js, preOperations: pre, postOperations: post, query };
}

/** The end of a line; a template that runs over lines (`${when(…, \`…\`)}`) and a comment stay whole only as far as blocks inside them do not begin a line. */
function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

export const lineAt = (text: string, offset: number): number => {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
};

/** The index of the brace that closes the one at `open`; strings, templates and comments are passed over. */
export function blockEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === '{') depth++;
    else if (char === '}') {
      depth--;
      if (depth === 0) return at;
    } else if (char === '"' || char === "'" || char === '`') at = stringEnd(text, at, char);
    else if (char === '/' && text[at + 1] === '/') at = nextLine(text, at) - 1;
    else if (char === '-' && text[at + 1] === '-' && /[\s-]/.test(text[at + 2] ?? ' '))
      at = nextLine(text, at) - 1;
    else if (char === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      at = end < 0 ? text.length : end + 1;
    }
  }
  return text.length;
}

function stringEnd(text: string, at: number, quote: string): number {
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] === '\\') next++;
    else if (text[next] === quote) return next;
    else if (quote === '`' && text[next] === '$' && text[next + 1] === '{') next = blockEnd(text, next + 1);
    else if (text[next] === '\n' && quote !== '`') return next;
  }
  return text.length;
}

/** SQL with `${…}` cut into its pieces: text, and JavaScript with the line that it stands on. */
export function templatePieces(
  sql: string,
  firstLine: number,
): { readonly text?: string; readonly code?: string; readonly line: number }[] {
  const pieces: { text?: string; code?: string; line: number }[] = [];
  let from = 0;
  for (let at = sql.indexOf('${'); at >= 0; at = sql.indexOf('${', from)) {
    const end = blockEnd(sql, at + 1);
    if (at > from) pieces.push({ text: sql.slice(from, at), line: firstLine });
    pieces.push({ code: sql.slice(at + 2, end), line: firstLine + lineAt(sql, at) - 1 });
    from = end + 1;
  }
  if (from < sql.length) pieces.push({ text: sql.slice(from), line: firstLine });
  return pieces;
}
