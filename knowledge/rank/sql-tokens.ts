import type { Dialect } from '../../schema/contracts/dialect.ts';

/**
 * One token of a query. `literal`: a string, number or parameter, whose text is not kept. `quoted`: an identifier in quotes, text with
 * its quotes. Comments and white space give no token; `spaced` says that some stood before this one.
 */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'literal' | 'symbol';
  readonly text: string;
  readonly spaced: boolean;
}

/** How a dialect writes strings, identifiers and comments. */
interface Lexis {
  /** `"…"` is a string rather than an identifier. */
  readonly doubleIsString: boolean;
  /** Inside strings: a backslash escapes, does not, or nobody can say. */
  readonly backslash: 'escapes' | 'plain' | 'unsure';
  readonly hashComments: boolean;
  readonly slashComments: boolean;
  readonly nestedComments: boolean;
  readonly dollarQuotes: boolean;
  readonly tripleQuotes: boolean;
  /** `catalog-with-dashes.schema.table` without quotes. */
  readonly dashedNames: boolean;
}

const standard: Lexis = {
  doubleIsString: false,
  backslash: 'plain',
  hashComments: false,
  slashComments: false,
  nestedComments: false,
  dollarQuotes: false,
  tripleQuotes: false,
  dashedNames: false,
};
const hive: Lexis = { ...standard, doubleIsString: true, backslash: 'escapes' };

const lexes: Readonly<Record<Dialect, Lexis>> = {
  bigquery: { ...hive, hashComments: true, tripleQuotes: true, dashedNames: true },
  snowflake: { ...standard, backslash: 'escapes', slashComments: true, dollarQuotes: true },
  redshift: { ...standard, backslash: 'escapes', nestedComments: true, dollarQuotes: true },
  databricks: hive,
  spark: hive,
  trino: standard,
  athena: standard,
  postgres: { ...standard, nestedComments: true, dollarQuotes: true },
  duckdb: { ...standard, dollarQuotes: true },
  clickhouse: { ...standard, backslash: 'escapes', hashComments: true },
  mysql: { ...hive, hashComments: true },
  // Every way at once; where ways contradict, what could be a literal is one.
  generic: { ...standard, backslash: 'unsure', dollarQuotes: true },
};

const space = /\s+/y;
const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const dashedName = /[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)+(?=\.(?!e\d)[\p{L}_`])/uy;
const number =
  /(?:0x[0-9a-f]+|0b[01]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?)[\p{L}]{0,2}(?![\p{L}\p{N}_])/iuy;
const parameter =
  /\{\{[\s\S]*?(?:\}\}|$)|\$\{[^}]*\}?|\$\d+|%\([^)]*\)s|%s|\?|@@?[\p{L}\p{N}_.]+|:(?!:)[\p{L}_][\p{L}\p{N}_]*|:\d+/uy;
const symbol = /<=>|->>|::|\|\||->|=>|:=|<>|!=|<=|>=|==|[\s\S]/uy;
const stringPrefix = /^(?:r|b|rb|br|e|n|x|u&|_utf8|_utf8mb4)$/i;

/** A query's tokens. Never throws: what is not closed reaches to the end. */
export function sqlTokens(sql: string, dialect: Dialect): SqlToken[] {
  const lexis = lexes[dialect];
  const tokens: SqlToken[] = [];
  let at = 0;
  let spaced = false;
  const push = (kind: SqlToken['kind'], text: string, end: number): void => {
    tokens.push({ kind, text, spaced });
    spaced = false;
    at = end;
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0] ?? null;
  };
  while (at < sql.length) {
    const blank = take(space)?.length ?? commentLength(sql, at, lexis);
    if (blank > 0) {
      at += blank;
      spaced = true;
      continue;
    }
    const quote = stringAt(sql, at, lexis, tokens.at(-1), spaced);
    if (quote) {
      if (quote.dropsPrefix) spaced = tokens.pop()?.spaced ?? spaced;
      push(quote.kind, quote.kind === 'literal' ? '?' : sql.slice(at, quote.end), quote.end);
      continue;
    }
    const name = (lexis.dashedNames ? take(dashedName) : null) ?? take(word);
    if (name) {
      push('word', name, at + name.length);
      continue;
    }
    const isPath = !spaced && isName(tokens.at(-1));
    const literal = take(number) ?? (isPath && sql[at] === ':' ? null : take(parameter));
    if (literal && !(isPath && literal.startsWith('.'))) {
      // user@host outside a string is no SQL: the words before the sign are part of the address.
      if (isPath && literal.startsWith('@')) dropPath(tokens);
      push('literal', '?', at + literal.length);
      continue;
    }
    // A number that runs into letters (1a2b3c) is no SQL; nothing of it is kept.
    const odd = /[\p{N}][\p{L}\p{N}_]*/uy;
    const rest = take(odd);
    if (rest) push('literal', '?', at + rest.length);
    else push('symbol', take(symbol) ?? '', at + (take(symbol)?.length ?? 1));
  }
  return tokens;
}

function dropPath(tokens: SqlToken[]): void {
  tokens.pop();
  while (tokens.at(-1)?.text === '.' && isName(tokens.at(-2))) tokens.length -= 2;
}

const isName = (token: SqlToken | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'word' || token.kind === 'quoted' || token.text === ')' || token.text === ']');

/** Length of the comment that begins at `at`; 0 when none does. */
function commentLength(sql: string, at: number, lexis: Lexis): number {
  const two = sql.slice(at, at + 2);
  if (two === '--' || (two[0] === '#' && lexis.hashComments) || (two === '//' && lexis.slashComments)) {
    const end = sql.indexOf('\n', at);
    return (end < 0 ? sql.length : end) - at;
  }
  if (two !== '/*') return 0;
  let depth = 0;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = at;
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth = match[0] === '*/' ? depth - 1 : lexis.nestedComments ? depth + 1 : 1;
    if (depth === 0) return edge.lastIndex - at;
  }
  return sql.length - at;
}

interface Quoted {
  readonly kind: 'literal' | 'quoted';
  readonly end: number;
  /** The token before is the string's prefix (`r'…'`). */
  readonly dropsPrefix: boolean;
}

function stringAt(
  sql: string,
  at: number,
  lexis: Lexis,
  before: SqlToken | undefined,
  spaced: boolean,
): Quoted | null {
  const sign = sql[at];
  if (sign === '`') return { kind: 'quoted', end: closing(sql, at, '`', 'plain'), dropsPrefix: false };
  if (sign === '$' && lexis.dollarQuotes) {
    const tag = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
    tag.lastIndex = at;
    const open = tag.exec(sql)?.[0];
    if (!open) return null;
    const end = sql.indexOf(open, at + open.length);
    return { kind: 'literal', end: end < 0 ? sql.length : end + open.length, dropsPrefix: false };
  }
  if (sign !== "'" && sign !== '"') return null;
  const prefix =
    !spaced && before?.kind === 'word' && stringPrefix.test(before.text) ? before.text.toLowerCase() : '';
  const triple = sign.repeat(3);
  if (lexis.tripleQuotes && sql.startsWith(triple, at)) {
    return { kind: 'literal', end: closing(sql, at, triple, lexis.backslash), dropsPrefix: prefix !== '' };
  }
  const backslash = prefix === 'e' ? 'escapes' : lexis.backslash;
  const isString = sign === "'" || lexis.doubleIsString;
  const end = closing(sql, at, sign, isString ? backslash : 'plain');
  const isLiteral = isString || looksLikeValue(sql.slice(at + 1, end - 1));
  return { kind: isLiteral ? 'literal' : 'quoted', end, dropsPrefix: isString && prefix !== '' };
}

/** A "name" that is an address, a date or a number, or holds what no name holds: written in the wrong quotes, or a pivot's value. */
const looksLikeValue = (name: string): boolean => /@|^\s*[\d+-]|\d{4,}|\d[-./]\d|[<>'\\\n]/.test(name);

/** Where a quoted text ends, the closing quote included. A doubled quote is one inside. */
function closing(sql: string, at: number, quote: string, backslash: Lexis['backslash']): number {
  let i = at + quote.length;
  while (i < sql.length) {
    if (sql[i] === '\\' && backslash !== 'plain') {
      // Read one way the string ends here, read the other it goes on: what follows could be a literal.
      if (backslash === 'unsure' && sql[i + 1] === quote) return sql.length;
      i += 2;
    } else if (sql.startsWith(quote, i)) {
      if (quote.length === 1 && sql[i + 1] === quote) i += 2;
      else return i + quote.length;
    } else {
      i += 1;
    }
  }
  return sql.length;
}
