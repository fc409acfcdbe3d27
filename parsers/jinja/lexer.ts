/**
 * Template text → tokens, with whitespace control, comments and raw blocks already resolved.
 *
 * Why an engine of our own stands in this folder: every line of rendered SQL must be traced to the file and line
 * that wrote it, and dbt's tags, Python's methods and its int/float/None semantics must hold. `@huggingface/jinja`
 * (0.5) keeps no source positions in tokens or tree and has no `do`, materialization, snapshot or docs tags;
 * `nunjucks` (3.2) evaluates with JavaScript semantics, has no namespace() and no Python methods.
 */
import { own } from '../../schema/contracts/own.ts';
import { JinjaError } from './error.ts';
import { isNameStart, lexString, NAME, NUMBER, OPERATOR } from './lexemes.ts';

export type TokenType =
  'data' | 'varBegin' | 'varEnd' | 'blockBegin' | 'blockEnd' | 'name' | 'number' | 'string' | 'op' | 'eof';

export interface Token {
  type: TokenType;
  /** Source text; for `string` the decoded value, for `data` the text after whitespace control. */
  value: string;
  line: number;
}

const OPENER = /\{[{%#]/g;
const RAW_TAG = /\{%[-+]?\s*(raw|docs)\b([^%]*?)([-+]?)%\}/y;
const CLOSERS: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * @param path only for error messages
 * @throws JinjaError for an unclosed tag, string or bracket
 */
export function lex(source: string, path: string): Token[] {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  return new Lexer(text.endsWith('\n') ? text.slice(0, -1) : text, path).run();
}

class Lexer {
  private readonly text: string;
  private readonly path: string;
  private readonly tokens: Token[] = [];
  private pos = 0;
  private line = 1;
  private stripNext = false;

  constructor(text: string, path: string) {
    this.text = text;
    this.path = path;
  }

  run(): Token[] {
    while (this.pos < this.text.length) {
      OPENER.lastIndex = this.pos;
      const open = OPENER.exec(this.text);
      if (!open) {
        this.data(this.text.length, false);
        break;
      }
      this.data(open.index, this.text[open.index + 2] === '-');
      this.tag(open[0]);
    }
    this.push('eof', '');
    return this.tokens;
  }

  private push(type: TokenType, value: string): void {
    this.tokens.push({ type, value, line: this.line });
  }

  private advance(to: number): void {
    for (let i = this.text.indexOf('\n', this.pos); i !== -1 && i < to; i = this.text.indexOf('\n', i + 1))
      this.line++;
    this.pos = to;
  }

  private data(end: number, stripEnd: boolean): void {
    let start = this.pos;
    if (this.stripNext) while (start < end && isSpace(this.text.charCodeAt(start))) start++;
    let stop = end;
    if (stripEnd) while (stop > start && isSpace(this.text.charCodeAt(stop - 1))) stop--;
    this.stripNext = false;
    this.advance(start);
    if (stop > start) this.push('data', this.text.slice(start, stop));
    this.advance(end);
  }

  private tag(opener: string): void {
    if (opener === '{#') return this.comment();
    if (opener === '{%' && this.rawBlock()) return;
    const block = opener === '{%';
    this.push(block ? 'blockBegin' : 'varBegin', opener);
    const sign = this.text[this.pos + 2];
    this.pos += sign === '-' || sign === '+' ? 3 : 2;
    this.expression(block ? '%}' : '}}', block ? 'blockEnd' : 'varEnd');
  }

  private comment(): void {
    const end = this.text.indexOf('#}', this.pos + 2);
    if (end === -1) this.fail('unclosed comment {#');
    this.stripNext = this.text[end - 1] === '-';
    this.advance(end + 2);
  }

  /** `raw` becomes plain data; `docs` keeps its tags and takes its body as plain data. */
  private rawBlock(): boolean {
    RAW_TAG.lastIndex = this.pos;
    const open = RAW_TAG.exec(this.text);
    if (!open) return false;
    const kind = open[1] ?? '';
    const close = new RegExp(`\\{%([-+]?)\\s*end${kind}\\s*([-+]?)%\\}`, 'g');
    close.lastIndex = RAW_TAG.lastIndex;
    const end = close.exec(this.text);
    if (!end) this.fail(`{% ${kind} %} has no {% end${kind} %}`);
    if (kind === 'docs') this.words('docs', (open[2] ?? '').trim());
    this.advance(open.index + open[0].length);
    this.stripNext = open[3] === '-';
    this.data(end.index, end[1] === '-');
    if (kind === 'docs') this.words('enddocs');
    this.advance(end.index + end[0].length);
    this.stripNext = end[2] === '-';
    return true;
  }

  private words(...words: string[]): void {
    this.push('blockBegin', '{%');
    for (const word of words) this.push('name', word);
    this.push('blockEnd', '%}');
  }

  private expression(closer: string, endType: 'varEnd' | 'blockEnd'): void {
    const { text } = this;
    const brackets: string[] = [];
    const opened = this.line;
    while (this.pos < text.length) {
      const char = text[this.pos] ?? '';
      const code = text.charCodeAt(this.pos);
      if (isSpace(code)) {
        if (code === 10) this.line++;
        this.pos++;
        continue;
      }
      if (brackets.length === 0) {
        const signed = char === '-' || char === '+';
        if (text.startsWith(closer, signed ? this.pos + 1 : this.pos)) {
          this.push(endType, closer);
          this.pos += signed ? 3 : 2;
          this.stripNext = char === '-';
          return;
        }
      }
      if (isNameStart(code)) this.match(NAME, 'name');
      else if (code >= 48 && code <= 57) this.match(NUMBER, 'number');
      else if (char === '"' || char === "'") this.string();
      else this.operator(brackets);
    }
    throw new JinjaError(`unclosed tag, ${closer} expected`, this.path, opened);
  }

  private match(pattern: RegExp, type: TokenType): void {
    pattern.lastIndex = this.pos;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) this.fail(`unexpected character ${JSON.stringify(this.text[this.pos])}`);
    this.push(type, found);
    this.pos += found.length;
  }

  private string(): void {
    const found = lexString(this.text, this.pos);
    if (!found) this.fail('unclosed string');
    this.push('string', found.value);
    this.advance(found.end);
  }

  private operator(brackets: string[]): void {
    OPERATOR.lastIndex = this.pos;
    const op = OPERATOR.exec(this.text)?.[0];
    if (op === undefined) this.fail(`unexpected character ${JSON.stringify(this.text[this.pos])}`);
    const closer = own(CLOSERS, op);
    if (closer !== undefined) brackets.push(closer);
    else if (op === ')' || op === ']' || op === '}') {
      if (brackets.pop() !== op) this.fail(`unexpected ${op}`);
    }
    this.push('op', op);
    this.pos += op.length;
  }

  private fail(message: string): never {
    throw new JinjaError(message, this.path, this.line);
  }
}

function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return (
    code === 160 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}
