import { createHash } from 'node:crypto';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { keywords } from './keywords.ts';
import { sqlTokens, type SqlToken } from './sql-tokens.ts';

export interface NormalisedQuery {
  /** One line; literals and parameters are `?`, lists of them one `?`, keywords in capitals, comments gone. */
  readonly sql: string;
  /** SHA-256 (hex) of `sql`. */
  readonly fingerprint: string;
}

/**
 * A query without its literals: runs that differ only in literals, comments, white space, the length of lists, or the letter case of
 * keywords are one. No string, number, date or address of the query survives.
 */
export function normaliseQuery(sql: string, dialect: Dialect): NormalisedQuery {
  const tokens = sqlTokens(sql, dialect).map((token, i, all) => inOneCase(token, all[i - 1]));
  while (tokens.at(-1)?.text === ';') tokens.pop();
  const text = join(collapseRows(collapseLists(foldSigns(tokens))));
  return { sql: text, fingerprint: createHash('sha256').update(text).digest('hex') };
}

function inOneCase(token: SqlToken, before: SqlToken | undefined): SqlToken {
  if (token.kind !== 'word' && token.kind !== 'quoted') return token;
  const upper = token.text.toUpperCase();
  if (token.kind === 'word' && before?.text !== '.' && keywords.has(upper)) return { ...token, text: upper };
  return { ...token, text: withoutShard(token.text) };
}

/** A day in a table's name (`events_20260131`, `events$20260131`) is a value: one template for all days. */
const withoutShard = (name: string): string =>
  name.replace(/([_$])(?:19|20)\d{2}_?\d{2}(?:_?\d{2,4})?(?=[`"\]]?$)/, '$1*');

/** A sign that belongs to a literal is part of it. */
function foldSigns(tokens: readonly SqlToken[]): SqlToken[] {
  return tokens.filter((token, i) => {
    if (token.text !== '-' && token.text !== '+') return true;
    const [before, after] = [tokens[i - 1], tokens[i + 1]];
    const begins =
      !before ||
      (before.kind === 'symbol' && !')]'.includes(before.text)) ||
      (before.kind === 'word' && keywords.has(before.text));
    return !(begins && after?.kind === 'literal');
  });
}

/** Words that make a literal out of the one that follows. */
const typed = new Set(['DATE', 'TIME', 'TIMESTAMP', 'DATETIME', 'INTERVAL', 'NUMERIC', 'NULL']);

/** `?, ?, ?` inside parentheses or brackets → `?`, where nothing but literals stands between them. */
function collapseLists(tokens: readonly SqlToken[]): SqlToken[] {
  const result: SqlToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as SqlToken;
    result.push(token);
    if (token.text !== '(' && token.text !== '[') continue;
    let end = i + 1;
    while (tokens[end] && isListed(tokens[end] as SqlToken)) end += 1;
    const close = tokens[end];
    if (!close || (close.text !== ')' && close.text !== ']')) continue;
    const inside = tokens.slice(i + 1, end);
    const isCall = token.text === '(' && isFunction(tokens[i - 1]);
    if (isCall || !inside.some(({ text }) => text === ',')) continue;
    result.push({ kind: 'literal', text: '?', spaced: false });
    i = end - 1;
  }
  return result;
}

const isListed = (token: SqlToken): boolean =>
  token.kind === 'literal' || token.text === ',' || (token.kind === 'word' && typed.has(token.text));
const isFunction = (token: SqlToken | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'quoted' ||
    (token.kind === 'word' && !['IN', 'VALUES', 'ANY', 'ALL', 'UNNEST'].includes(token.text)));

/** `VALUES (?), (?), (?)` → `VALUES (?)`. */
function collapseRows(tokens: readonly SqlToken[]): SqlToken[] {
  const result: SqlToken[] = [];
  for (const token of tokens) {
    result.push(token);
    const tail = result
      .slice(-7)
      .map(({ text }) => text)
      .join('');
    if (tail.endsWith('(?),(?)')) result.splice(-4);
  }
  return result;
}

const tightBefore = new Set([',', ')', ']', '.', ';', '::', ':']);
const tightAfter = new Set(['(', '[', '.', '::', ':']);
/** Words after which a parenthesis stands apart; after all others it is a call. */
const apart = new Set([
  'IN',
  'AS',
  'ON',
  'AND',
  'OR',
  'NOT',
  'FROM',
  'JOIN',
  'WHERE',
  'SELECT',
  'BY',
  'OVER',
  'VALUES',
  'WHEN',
  'THEN',
  'ELSE',
  'UNION',
  'ALL',
  'EXISTS',
  'USING',
  'WITH',
  'LATERAL',
  'HAVING',
  'QUALIFY',
  'EXCEPT',
  'INTERSECT',
  'DISTINCT',
  'BETWEEN',
  'LIKE',
  'CASE',
  'INTO',
  'SET',
  'FILTER',
]);

function join(tokens: readonly SqlToken[]): string {
  let text = '';
  let before: SqlToken | undefined;
  for (const token of tokens) {
    const call =
      (token.text === '(' || token.text === '[') && isName(before) && !apart.has(before?.text ?? '');
    const tight = !before || tightBefore.has(token.text) || tightAfter.has(before.text) || call;
    text += tight ? token.text : ` ${token.text}`;
    before = token;
  }
  return text;
}
const isName = (token: SqlToken | undefined): boolean => token?.kind === 'word' || token?.kind === 'quoted';
