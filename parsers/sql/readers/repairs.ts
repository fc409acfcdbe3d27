/**
 * What is tried, in this order, when the first reader does not understand a text: each rule changes what the reader stumbles over into
 * something that means the same for our purposes, or gives null where it does not apply. Line breaks stay where they are.
 */
import { words } from '../text/words.ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { keyword, tokenize, type Token } from '../text/lexer.ts';

export interface Failure {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly dialect: Dialect;
  /** Index of the token that was not expected; the number of tokens when it is the end. */
  readonly index: number;
}

export type Repair = (failure: Failure) => string | null;

/** A call of this name stands for `expression.* EXCEPT (…) REPLACE (…)`. */
export const starCall = 'tablelore_star';

export const repairs: readonly Repair[] = [
  hexNumbers,
  typedLiterals,
  jsonClauses,
  starOfExpression,
  timeTravel,
  trailingComma,
  danglingSetOperator,
  dottedCalls,
  softWords,
  unexpectedWord,
];

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function edited(text: string, edits: readonly Edit[]): string | null {
  if (edits.length === 0) return null;
  let out = '';
  let from = 0;
  for (const edit of edits) {
    out += text.slice(from, edit.from) + edit.text;
    from = edit.to;
  }
  return out + text.slice(from);
}

const over = (first: Token, last: Token, text: string): Edit => ({ from: first.start, to: last.end, text });
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
const quoteOf = (dialect: Dialect): string =>
  ['bigquery', 'spark', 'databricks', 'mysql', 'clickhouse'].includes(dialect) ? '`' : '"';
export const is = (token: Token | undefined, symbol: string): boolean =>
  token?.kind === 'symbol' && token.text === symbol;

/** Index of the bracket that closes the one at `open`; the last token when none does. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (is(tokens[index], '(')) depth++;
    if (is(tokens[index], ')') && --depth === 0) return index;
  }
  return tokens.length - 1;
}

/** DuneSQL's `0xabc` is a value of bytes. */
function hexNumbers({ text, tokens, dialect }: Failure): string | null {
  if (dialect !== 'trino') return null;
  return edited(
    text,
    tokens.flatMap((token) =>
      token.kind === 'word' && /^0x[0-9a-f]*$/i.test(token.text)
        ? [over(token, token, `'${token.text}'`)]
        : [],
    ),
  );
}

/** `UINT256 '1'`, `JSON '{}'`: a type's name before a string. */
function typedLiterals({ text, tokens }: Failure): string | null {
  return edited(
    text,
    tokens.flatMap((token, index) =>
      /^(?:U?INT(?:128|256)|JSON|BIGNUMERIC|NUMERIC|DECIMAL|IPADDRESS|UUID|GEOMETRY)$/.test(keyword(token)) &&
      tokens[index + 1]?.kind === 'string'
        ? [{ from: token.start, to: token.end, text: blank(token.text) }]
        : [],
    ),
  );
}

const jsonCalls = words('JSON_VALUE JSON_QUERY JSON_EXISTS JSON_TABLE');
const jsonWords = words('RETURNING NULL DEFAULT ERROR EMPTY WITH WITHOUT KEEP OMIT PASSING');

/** `JSON_VALUE(x, 'lax $.a' RETURNING varchar DEFAULT '' ON EMPTY)`: what follows the path is blanked. */
function jsonClauses({ text, tokens }: Failure): string | null {
  const edits: Edit[] = [];
  tokens.forEach((token, index) => {
    if (!jsonCalls.has(keyword(token)) || !is(tokens[index + 1], '(')) return;
    const end = closing(tokens, index + 1);
    const path = tokens.findIndex((each, at) => at > index && each.kind === 'string');
    const clause = tokens[path + 1];
    if (path === -1 || path + 1 >= end || !clause || !jsonWords.has(keyword(clause))) return;
    const last = tokens[end - 1]!;
    edits.push(over(clause, last, blank(text.slice(clause.start, last.end))));
  });
  return edited(text, edits);
}

/** `f(x).*` and `a[0].* EXCEPT (b)`: the reader knows stars of names only. */
function starOfExpression({ text, tokens }: Failure): string | null {
  const edits: Edit[] = [];
  for (let index = 2; index < tokens.length; index++) {
    if (
      !is(tokens[index], '*') ||
      !is(tokens[index - 1], '.') ||
      !(is(tokens[index - 2], ')') || is(tokens[index - 2], ']'))
    )
      continue;
    let last = index;
    let except = '';
    let replace = '';
    for (
      let word = keyword(tokens[last + 1]);
      word === 'EXCEPT' || word === 'REPLACE';
      word = keyword(tokens[last + 1])
    ) {
      if (!is(tokens[last + 2], '(')) break;
      const end = closing(tokens, last + 2);
      const inner = text.slice(tokens[last + 2]!.end, tokens[end]!.start);
      if (word === 'EXCEPT') except = inner.replace(/[\w]+/g, "'$&'");
      else replace = inner;
      last = end;
    }
    edits.push(over(tokens[index]!, tokens[last]!, `${starCall}([${except}], STRUCT(${replace}))`));
  }
  return edited(text, edits);
}

/** `FOR SYSTEM_TIME AS OF …`: becomes a sample of nothing, which the converter takes back. */
function timeTravel({ text, tokens }: Failure): string | null {
  const edits: Edit[] = [];
  for (let index = 0; index + 4 < tokens.length; index++) {
    const words = [0, 1, 2, 3].map((ahead) => keyword(tokens[index + ahead])).join(' ');
    if (words !== 'FOR SYSTEM_TIME AS OF') continue;
    let last = index + 4;
    while (last + 1 < tokens.length && (is(tokens[last + 1], '(') || tokens[last + 1]!.kind === 'string'))
      last = is(tokens[last + 1], '(') ? closing(tokens, last + 1) : last + 1;
    const removed = text.slice(tokens[index]!.start, tokens[last]!.end);
    edits.push(over(tokens[index]!, tokens[last]!, timeTravelSample + removed.replace(/[^\n]/g, '')));
    index = last;
  }
  return edited(text, edits);
}
const timeTravelSample = 'TABLESAMPLE SYSTEM (0 PERCENT)';

/** `(a, b,)` and `SELECT a, FROM t`. */
function trailingComma({ text, tokens }: Failure): string | null {
  return edited(
    text,
    tokens.flatMap((token, index) => {
      const next = tokens[index + 1];
      const ends = next === undefined || is(next, ')') || is(next, ']') || keyword(next) === 'FROM';
      return is(token, ',') && ends ? [over(token, token, ' ')] : [];
    }),
  );
}

/** `… UNION ALL )`, `( UNION ALL …`: left behind by a loop of a template. */
function danglingSetOperator({ text, tokens }: Failure): string | null {
  return edited(
    text,
    tokens.flatMap((token, index) => {
      if (!['UNION', 'INTERSECT', 'EXCEPT'].includes(keyword(token))) return [];
      const last = ['ALL', 'DISTINCT'].includes(keyword(tokens[index + 1])) ? index + 1 : index;
      const next = tokens[last + 1];
      const previous = tokens[index - 1];
      const ends = next === undefined || is(next, ')');
      const begins = previous === undefined || is(previous, '(');
      return ends || begins ? [over(token, tokens[last]!, ' ')] : [];
    }),
  );
}

/** `project.dataset.udf(x)`: written as one quoted name. */
function dottedCalls({ text, tokens, dialect }: Failure): string | null {
  if (dialect !== 'bigquery') return null;
  const edits: Edit[] = [];
  const isName = (token: Token | undefined) => token?.kind === 'word' || token?.kind === 'quoted';
  for (let index = 0; index < tokens.length; index++) {
    let last = index;
    while (isName(tokens[last]) && is(tokens[last + 1], '.') && isName(tokens[last + 2])) last += 2;
    if (last > index && is(tokens[last + 1], '(') && !is(tokens[index - 1], '.')) {
      const path = tokens
        .slice(index, last + 1)
        .map((token) => token.text.replaceAll('`', ''))
        .join('');
      if (!/^safe\./i.test(path)) edits.push(over(tokens[index]!, tokens[last]!, '`' + path + '`'));
    }
    index = Math.max(index, last);
  }
  return edited(text, edits);
}

/** Words that the reader takes for keywords, but that people use as names. */
const soft: ReadonlySet<string> = words(`
  TABLE FINAL OLD NEW LANGUAGE KEY KEYS VALUES VIEW INDEX ROWS ROW RANGE DATE TIME TIMESTAMP GROUPS FILTER
  FORMAT OFFSET PARTITION POSITION REPLACE SAMPLE SETTINGS SOURCE TARGET TYPE USER VALUE WINDOW ANTI SEMI
  ASOF LATERAL PIVOT UNPIVOT SCHEMA COLUMN COLUMNS COMMENT DEFAULT DELETE INSERT UPDATE FIRST LAST NEXT
  LEFT RIGHT PRIMARY REFERENCES UNIQUE CURRENT START END MATCH COPY CLUSTER STREAM PUT GET ORDINALITY DESC
  ASC INTERVAL CACHE LOAD SHOW DATABASE CHECK CONSTRAINT FOREIGN TO ADD ALL ANY EXISTS IF QUALIFY
`);

/** Such a word beside a dot, or as an alias, is a name. */
function softWords({ text, tokens, dialect }: Failure): string | null {
  const quote = quoteOf(dialect);
  return edited(
    text,
    tokens.flatMap((token, index) => {
      const next = tokens[index + 1];
      const previous = tokens[index - 1];
      const listed = is(previous, ',') && is(next, ',');
      if (!soft.has(keyword(token)) && !(keyword(token) === 'LIMIT' && listed)) return [];
      const path =
        (is(next, '.') && !is(tokens[index + 2], '*')) ||
        (is(next, '.') && keyword(token) === 'TABLE') ||
        is(previous, '.');
      const alias =
        keyword(previous) === 'AS' && (is(next, ',') || is(next, ')') || keyword(next) === 'FROM');
      const isType = alias && /^(?:DATE|TIME|TIMESTAMP|INTERVAL)$/.test(keyword(token)) && is(next, ')');
      return path || listed || (alias && !isType) ? [over(token, token, quote + token.text + quote)] : [];
    }),
  );
}

/** Words that stay keywords whatever happens: quoting them could only hide what is wrong. */
const hard: ReadonlySet<string> = words(`
  SELECT FROM WHERE JOIN GROUP ORDER BY HAVING LIMIT UNION WITH AS ON AND OR NOT CASE WHEN THEN ELSE
  CREATE MERGE USING SET BETWEEN IN IS NULL LIKE INNER CROSS FULL OUTER DISTINCT OVER CAST EXCEPT
  INTERSECT FOR UNNEST QUALIFY INTO TRUE FALSE TABLESAMPLE
`);

/** The word at the error, or the one before it, is quoted. */
function unexpectedWord({ text, tokens, dialect, index }: Failure): string | null {
  const quote = quoteOf(dialect);
  for (const token of [tokens[index], tokens[index - 1], tokens[index + 1]]) {
    const word = keyword(token);
    if (!token || !/^[A-Z_]\w*$/.test(word) || hard.has(word)) continue;
    if (token !== tokens[index] && !soft.has(word)) continue;
    if (is(tokens[tokens.indexOf(token) + 1], '(')) continue;
    return edited(text, [over(token, token, quote + token.text + quote)]);
  }
  return null;
}

/** Where a parser's offset falls among the tokens. */
export function failureAt(text: string, dialect: Dialect, offset: number): Failure {
  const tokens = tokenize(text, dialect);
  const index = tokens.findIndex((token) => token.end > offset);
  return { text, tokens, dialect, index: index === -1 ? tokens.length : index };
}
