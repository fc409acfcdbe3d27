/** A reading position in a token list, with the few checks that both halves of the parser share. */
import { JinjaError } from './error.ts';
import type { Token, TokenType } from './lexer.ts';

const MAX_NESTING = 150;

export class Cursor {
  readonly path: string;
  /** Which of a macro's implicit variables (varargs, kwargs, caller) were read since this was last cleared. */
  mentions: Set<string> = new Set();
  private readonly tokens: Token[];
  private index = 0;
  private nesting = 0;

  constructor(tokens: Token[], path: string) {
    this.tokens = tokens;
    this.path = path;
  }

  get token(): Token {
    return this.tokens[this.index] as Token;
  }

  peek(offset: number): Token {
    return this.tokens[Math.min(this.index + offset, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.token;
    if (token.type !== 'eof') this.index++;
    return token;
  }

  is(type: TokenType, value?: string): boolean {
    const token = this.token;
    return token.type === type && (value === undefined || token.value === value);
  }

  /** Steps over the token if it matches. */
  skip(type: TokenType, value?: string): boolean {
    if (!this.is(type, value)) return false;
    this.index++;
    return true;
  }

  expect(type: TokenType, value?: string): Token {
    if (!this.is(type, value)) {
      const found = this.token.type === 'eof' ? 'end of file' : JSON.stringify(this.token.value);
      this.fail(`expected ${value ?? type}, found ${found}`);
    }
    return this.next();
  }

  /** Bounds recursion, so that hostile nesting ends in an error with a line and not in a stack overflow. */
  nested<T>(parse: () => T): T {
    if (++this.nesting > MAX_NESTING) this.fail('nested too deeply');
    try {
      return parse();
    } finally {
      this.nesting--;
    }
  }

  fail(message: string, line = this.token.line): never {
    throw new JinjaError(message, this.path, line);
  }
}
