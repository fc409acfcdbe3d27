/** The words of HCL, Terraform's language. */
export type Token =
  | { readonly kind: 'name' | 'number' | 'sign'; readonly text: string; readonly line: number }
  /** `text` is cooked; its templates (`${…}`) stay as they are written. */
  | { readonly kind: 'string'; readonly text: string; readonly line: number }
  | { readonly kind: 'newline'; readonly text: string; readonly line: number };

const blank = /(?:[^\S\n]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))+/y;
const name = /[A-Za-z_][\w-]*/y;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const heredoc = /<<-?[ \t]*(\w+)[ \t]*\r?\n/y;
const sign = /&&|\|\||==|!=|<=|>=|=>|\.\.\.|[^]/y;

/** All tokens of a text. A string or heredoc that is not closed goes on to the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let [at, line] = [0, 1];
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const advance = (by: number): void => {
    for (let end = text.indexOf('\n', at); end >= 0 && end < at + by; end = text.indexOf('\n', end + 1))
      line++;
    at += by;
  };
  while (at < text.length) {
    const skipped = take(blank);
    if (skipped !== null) {
      advance(skipped[0].length);
      continue;
    }
    const begins = { line };
    const opened = take(heredoc);
    if (opened !== null) {
      const from = at + opened[0].length;
      const end = new RegExp(`^[ \\t]*${opened[1]}[ \\t]*$`, 'm').exec(text.slice(from));
      const body = text.slice(from, end === null ? text.length : from + end.index);
      tokens.push({ kind: 'string', text: body, ...begins });
      advance(opened[0].length + body.length + (end?.[0].length ?? 0));
    } else if (text[at] === '"') {
      const length = quotedLength(text, at);
      tokens.push({ kind: 'string', text: cooked(text.slice(at + 1, at + length - 1)), ...begins });
      advance(length);
    } else {
      const kind = text[at] === '\n' ? 'newline' : take(name) ? 'name' : take(number) ? 'number' : 'sign';
      const found = (take(kind === 'name' ? name : kind === 'number' ? number : sign)?.[0] ??
        text[at]) as string;
      tokens.push({ kind, text: found, ...begins });
      advance(found.length);
    }
  }
  return tokens;
}

/** From one quote behind the other; quotes inside `${…}` do not end the string. */
function quotedLength(text: string, from: number): number {
  let depth = 0;
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (depth === 0 && char === '"') return at + 1 - from;
    else if ((char === '$' || char === '%') && text[at + 1] === '{') [depth, at] = [depth + 1, at + 1];
    else if (depth > 0 && char === '{') depth++;
    else if (depth > 0 && char === '}') depth--;
    else if (char === '\n' && depth === 0) return at - from;
  }
  return text.length - from + 1;
}

const escapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

const cooked = (text: string): string =>
  text.replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (_, code: string) =>
    /^u./.test(code) ? String.fromCharCode(parseInt(code.slice(1), 16)) : (escapes.get(code) ?? code),
  );
