/**
 * Splits SQL text into tokens by the dialect's rules for quotes, comments and escapes. It understands nothing else, never fails, and also
 * steps over what templates leave behind (`{{ … }}`, `{% … %}`).
 */
import type { Dialect } from '../../../schema/contracts/dialect.ts';

export interface Token {
  /** `word`: keyword, name or number. `quoted`: a quoted identifier. `template`: a leftover `{{ … }}` or `${…}`. Comments are no tokens. */
  readonly kind: 'word' | 'quoted' | 'string' | 'symbol' | 'template';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Rules {
  /** Quotes around identifiers. */
  readonly identifiers: string;
  readonly backslash: boolean;
  readonly hashComments: boolean;
  readonly slashComments: boolean;
  readonly nestedComments: boolean;
  readonly dollarQuotes: boolean;
  readonly tripleQuotes: boolean;
}

const base: Rules = {
  identifiers: '"`',
  backslash: false,
  hashComments: false,
  slashComments: false,
  nestedComments: false,
  dollarQuotes: true,
  tripleQuotes: false,
};

const rules: Readonly<Record<Dialect, Rules>> = {
  generic: base,
  bigquery: {
    ...base,
    identifiers: '`',
    backslash: true,
    hashComments: true,
    dollarQuotes: false,
    tripleQuotes: true,
  },
  snowflake: { ...base, backslash: true, slashComments: true },
  redshift: { ...base, nestedComments: true },
  postgres: { ...base, nestedComments: true },
  duckdb: { ...base, nestedComments: true },
  databricks: { ...base, identifiers: '`', backslash: true },
  spark: { ...base, identifiers: '`', backslash: true },
  mysql: { ...base, identifiers: '`', backslash: true, hashComments: true, dollarQuotes: false },
  clickhouse: { ...base, backslash: true, nestedComments: true },
  trino: { ...base, dollarQuotes: false },
  athena: { ...base, dollarQuotes: false },
};

const space = /[\s\uFEFF\u200B]*/y;
const word = /[\p{L}\p{N}_@$]+/uy;
const wordCodes = Array.from({ length: 128 }, (_, code) => /[\w@$]/.test(String.fromCharCode(code)));
const dollarTag = /\$(?:[A-Za-z_]\w*)?\$/y;
const symbols = /\|>|=>|<=>|<=|>=|<>|!=|\|\||::|:=|->>|->|[^]/y;
const beginsSymbol = /[|=<>!:-]/;
const stringPrefix = /^(?:[rbnuxe]|rb|br)$/i;

function match(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

/** End of the white space at `index`. Here and below patterns are for what is not ASCII: by codes it is many times as fast. */
function spaceEnd(text: string, index: number): number {
  for (let at = index; ; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return at + match(space, text, at)!.length;
    if (code !== 32 && !(code >= 9 && code <= 13)) return at;
  }
}

/** End of the word at `index`; `index` itself where none begins. */
function wordEnd(text: string, index: number): number {
  for (let at = index; ; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return index + (match(word, text, index)?.length ?? 0);
    if (wordCodes[code] !== true) return at;
  }
}

export function tokenize(text: string, dialect: Dialect): Token[] {
  const rule = rules[dialect];
  const tokens: Token[] = [];
  let index = 0;
  const push = (kind: Token['kind'], end: number) => {
    tokens.push({ kind, text: text.slice(index, end), start: index, end });
    index = end;
  };
  for (;;) {
    index = spaceEnd(text, index);
    if (index >= text.length) return tokens;
    const comment = commentEnd(text, index, rule);
    if (comment !== undefined) {
      index = comment;
      continue;
    }
    const char = text[index]!;
    const next = text[index + 1];
    if (char === '{' && next === '{') push('template', after(text, '}}', index));
    else if (char === '$' && next === '{') push('template', after(text, '}', index));
    else if (rule.identifiers.includes(char))
      push('quoted', quoteEnd(text, index, char, rule.backslash && char === '`'));
    else if (char === "'" || char === '"') push('string', stringEnd(text, index, rule, false));
    else if (char === '$' && rule.dollarQuotes && match(dollarTag, text, index) !== undefined) {
      const tag = match(dollarTag, text, index)!;
      push('string', after(text, tag, index + tag.length));
    } else {
      const end = wordEnd(text, index);
      const quote = text[end];
      if (end === index)
        push('symbol', index + (beginsSymbol.test(char) ? match(symbols, text, index)!.length : 1));
      else if (quote === "'" || (quote === '"' && !rule.identifiers.includes('"'))) {
        const name = text.slice(index, end);
        if (stringPrefix.test(name) && (name.toLowerCase() !== 'x' || quote === "'")) {
          const raw = /r/i.test(name);
          const escapes = { ...rule, backslash: !raw && (rule.backslash || /e/i.test(name)) };
          push('string', stringEnd(text, end, escapes, raw && rule.backslash));
        } else push('word', end);
      } else push('word', end);
    }
  }
}

/** End of the comment that begins at `index`; undefined when none does. */
function commentEnd(text: string, index: number, rule: Rules): number | undefined {
  const char = text[index]!;
  const next = text[index + 1];
  const line =
    (char === '-' && next === '-') ||
    (char === '#' && rule.hashComments) ||
    (char === '/' && next === '/' && rule.slashComments);
  if (line) {
    const end = text.indexOf('\n', index);
    return end === -1 ? text.length : end;
  }
  if (char === '{' && next === '#') return after(text, '#}', index);
  if (char === '{' && next === '%') return after(text, '%}', index);
  if (char !== '/' || next !== '*') return undefined;
  if (!rule.nestedComments) return after(text, '*/', index + 2);
  let depth = 0;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = index;
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

function after(text: string, closing: string, from: number): number {
  const end = text.indexOf(closing, from);
  return end === -1 ? text.length : end + closing.length;
}

/** `rawSkip`: in a raw string a backslash stays, yet still keeps the quote after it from closing. */
function stringEnd(text: string, index: number, rule: Rules, rawSkip: boolean): number {
  const quote = text[index]!;
  const triple = quote.repeat(3);
  if (rule.tripleQuotes && text.startsWith(triple, index)) {
    for (let at = index + 3; at < text.length; at++) {
      if (text[at] === '\\' && (rule.backslash || rawSkip)) at++;
      else if (text.startsWith(triple, at)) return at + 3;
    }
    return text.length;
  }
  return quoteEnd(text, index, quote, rule.backslash || rawSkip);
}

/** A doubled quote does not close. */
function quoteEnd(text: string, index: number, quote: string, backslash: boolean): number {
  for (let at = index + 1; at < text.length; at++) {
    if (text[at] === '\\' && backslash) at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}

/** Upper-case word of a token; empty for anything that is not a bare word. */
export const keyword = (token: Token | undefined): string =>
  token?.kind === 'word' ? token.text.toUpperCase() : '';

/** 1-based line of each offset asked for; offsets may come in any order. */
export function lineIndex(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
