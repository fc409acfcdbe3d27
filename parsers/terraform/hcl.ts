/** HCL as a tree of blocks: as much of it as descriptions of tables need. What is no such thing is passed over. */
import { tokensOf, type Token } from './tokens.ts';

export type Hcl =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'boolean'; readonly value: boolean }
  | { readonly is: 'list'; readonly items: readonly Hcl[] }
  | { readonly is: 'object'; readonly entries: ReadonlyMap<string, Hcl> }
  /** `var.name`, `google_bigquery_dataset.raw.dataset_id`. */
  | { readonly is: 'reference'; readonly path: readonly string[] }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Hcl[] }
  | { readonly is: 'unknown' };

export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: ReadonlyMap<string, Hcl>;
  readonly blocks: readonly Block[];
  readonly lines: readonly [from: number, to: number];
}

const unknown: Hcl = { is: 'unknown' };
const deepest = 100;

export function parseHcl(text: string): Block {
  return new Parser(tokensOf(text)).body('', [], 1, 0);
}

class Parser {
  private at = 0;
  private readonly tokens: readonly Token[];
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** Attributes and blocks up to the bracket that closes. */
  body(type: string, labels: readonly string[], line: number, depth: number): Block {
    const attributes = new Map<string, Hcl>();
    const blocks: Block[] = [];
    let last = line;
    for (let token = this.next(); token !== undefined; token = this.next()) {
      last = token.line;
      if (isSign(token, '}')) break;
      if (token.kind !== 'name') continue;
      if (isSign(this.peek(), '=')) {
        this.at++;
        attributes.set(token.text, this.expression(depth));
        this.toLineEnd();
        continue;
      }
      const names: string[] = [];
      while (this.peek()?.kind === 'string' || this.peek()?.kind === 'name')
        names.push(this.next()?.text ?? '');
      if (!isSign(this.peek(), '{') || depth > deepest) continue;
      this.at++;
      blocks.push(this.body(token.text, names, token.line, depth + 1));
    }
    return { type, labels, attributes, blocks, lines: [line, last] };
  }

  private expression(depth: number): Hcl {
    const value = this.operand(depth);
    const after = this.peek();
    if (
      after === undefined ||
      after.kind === 'newline' ||
      (after.kind === 'sign' && ',)]}:'.includes(after.text))
    )
      return value;
    // An operator, a condition, an index of something: its parts are read, its value is not known.
    this.toEnd(depth);
    return unknown;
  }

  private operand(depth: number): Hcl {
    const token = this.next();
    if (token === undefined || depth > deepest) return unknown;
    if (token.kind === 'string') return { is: 'text', text: token.text };
    if (token.kind === 'number') return { is: 'number', value: Number(token.text) };
    if (token.kind === 'name') return this.named(token.text, depth);
    if (token.text === '[') return this.list(depth);
    if (token.text === '{') return this.object(depth);
    if (token.text === '(') {
      const inner = this.expression(depth + 1);
      if (isSign(this.peek(), ')')) this.at++;
      return inner;
    }
    this.at--;
    return unknown;
  }

  private named(first: string, depth: number): Hcl {
    if (first === 'true' || first === 'false') return { is: 'boolean', value: first === 'true' };
    if (first === 'null') return unknown;
    if (isSign(this.peek(), '(')) {
      this.at++;
      const args = this.items(')', depth);
      return { is: 'call', name: first, args };
    }
    const path = [first];
    while (isSign(this.peek(), '.') && this.tokens[this.at + 1]?.kind === 'name') {
      path.push(this.tokens[this.at + 1]?.text ?? '');
      this.at += 2;
    }
    return { is: 'reference', path };
  }

  private list(depth: number): Hcl {
    if (this.skipLines()?.text === 'for') return this.passOver(']');
    return { is: 'list', items: this.items(']', depth) };
  }

  private items(end: string, depth: number): Hcl[] {
    const items: Hcl[] = [];
    for (let token = this.skipLines(); token !== undefined; token = this.skipLines()) {
      if (isSign(token, end)) {
        this.at++;
        break;
      }
      const from = this.at;
      if (isSign(token, ',')) this.at++;
      else items.push(this.expression(depth + 1));
      if (this.at === from) this.at++;
    }
    return items;
  }

  private object(depth: number): Hcl {
    if (this.skipLines()?.text === 'for') return this.passOver('}');
    const entries = new Map<string, Hcl>();
    for (let token = this.skipLines(); token !== undefined; token = this.skipLines()) {
      this.at++;
      if (isSign(token, '}')) break;
      if (token.kind !== 'name' && token.kind !== 'string') continue;
      if (!isSign(this.peek(), '=') && !isSign(this.peek(), ':')) continue;
      this.at++;
      entries.set(token.text, this.expression(depth + 1));
    }
    return { is: 'object', entries };
  }

  private passOver(end: string): Hcl {
    this.toEnd(0);
    if (isSign(this.peek(), end)) this.at++;
    return unknown;
  }

  /** Up to what ends an expression: a comma, a line's end or a closing bracket that no bracket of its own opened. */
  private toEnd(depth: number): void {
    let open = 0;
    for (let token = this.peek(); token !== undefined; token = this.peek()) {
      if (open === 0 && (isSign(token, ',') || (token.kind === 'newline' && depth === 0))) return;
      if (token.kind === 'sign' && '([{'.includes(token.text)) open++;
      if (token.kind === 'sign' && ')]}'.includes(token.text) && open-- === 0) return;
      this.at++;
    }
  }

  private toLineEnd(): void {
    for (let token = this.peek(); token !== undefined && token.kind !== 'newline'; token = this.peek()) {
      if (isSign(token, '}')) return;
      this.at++;
    }
  }

  private skipLines(): Token | undefined {
    while (this.peek()?.kind === 'newline') this.at++;
    return this.peek();
  }

  private peek = (): Token | undefined => this.tokens[this.at];
  private next = (): Token | undefined => this.tokens[this.at++];
}

const isSign = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'sign' && token.text === text;
