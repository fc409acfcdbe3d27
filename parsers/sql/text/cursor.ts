import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { keyword, type Token } from './lexer.ts';
import { nameParts } from './names.ts';

interface Identifier {
  readonly name: string;
  readonly quoted: boolean;
}

/** A place in a list of tokens, for reading the heads of statements. Nothing here throws: what is not there is not accepted. */
export class Cursor {
  readonly tokens: readonly Token[];
  readonly dialect: Dialect;
  index = 0;

  constructor(tokens: readonly Token[], dialect: Dialect) {
    this.tokens = tokens;
    this.dialect = dialect;
  }

  get done(): boolean {
    return this.index >= this.tokens.length;
  }

  get token(): Token | undefined {
    return this.tokens[this.index];
  }

  /** Upper-case word here, or `ahead` tokens on; empty when there is none. */
  word(ahead = 0): string {
    return keyword(this.tokens[this.index + ahead]);
  }

  /** Steps over the words if all of them stand here, in this order. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.word(ahead) === word)) return false;
    this.index += words.length;
    return true;
  }

  acceptAny(words: ReadonlySet<string>): string | undefined {
    const word = this.word();
    if (!words.has(word)) return undefined;
    this.index++;
    return word;
  }

  symbol(text: string): boolean {
    if (this.token?.kind !== 'symbol' || this.token.text !== text) return false;
    this.index++;
    return true;
  }

  /** The text of a string literal here, without its quotes. */
  string(): string | undefined {
    if (this.token?.kind !== 'string') return undefined;
    return stringValue(this.tokens[this.index++]!.text);
  }

  /** The tokens inside the parentheses that open here; undefined when none do. An unclosed group runs to the end. */
  group(): readonly Token[] | undefined {
    if (this.token?.text !== '(' || this.token.kind !== 'symbol') return undefined;
    const from = ++this.index;
    for (let depth = 1; this.index < this.tokens.length; this.index++) {
      const { kind, text } = this.tokens[this.index]!;
      if (kind !== 'symbol') continue;
      if (text === '(') depth++;
      if (text === ')' && --depth === 0) return this.tokens.slice(from, this.index++);
    }
    return this.tokens.slice(from);
  }

  /** A table's dotted name: its parts, and its first token. */
  name(): { readonly parts: string[]; readonly token: Token } | undefined {
    const first = this.token;
    const path = this.path();
    return first && path.length > 0 ? { parts: nameParts(path, this.dialect), token: first } : undefined;
  }

  /** The identifiers of a dotted path here; none when there is no name. */
  path(): Identifier[] {
    const identifiers: Identifier[] = [];
    do {
      const identifier = this.identifier();
      if (!identifier) break;
      identifiers.push(identifier);
    } while (this.symbol('.'));
    return identifiers;
  }

  /** Pieces without space between them are one identifier (`my-project`, `t_${x}`). */

  identifier(): Identifier | undefined {
    const first = this.token;
    if (!first || first.kind === 'string') return undefined;
    if (first.kind === 'symbol') return undefined;
    this.index++;
    if (first.kind === 'quoted') return { name: first.text.slice(1, -1), quoted: true };
    let name = first.text;
    for (let end = first.end; this.token?.start === end && gluedKinds.test(this.token.text); this.index++) {
      name += this.token.text;
      end = this.token.end;
    }
    return { name, quoted: false };
  }
}

const gluedKinds = /^(?:-|\*|\{\{[^]*|\$\{[^]*|[\p{L}\p{N}_$@]+)$/u;

/** The value of a string literal as written: prefix and quotes removed, doubled quotes undone, common escapes undone. */
export function stringValue(text: string): string {
  const dollar = /^\$\w*\$/.exec(text)?.[0];
  if (dollar) return text.slice(dollar.length, text.endsWith(dollar) ? -dollar.length : undefined);
  const [, prefix = '', open = ''] = /^([a-z]*)('''|"""|'|")/i.exec(text) ?? [];
  const inner = text.slice(prefix.length + open.length, text.endsWith(open) ? -open.length : undefined);
  if (open.length === 3 || /r/i.test(prefix)) return inner;
  return inner
    .replaceAll(open + open, open)
    .replace(/\\(['"\\nt])/g, (_all, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));
}

/** Splits at commas that are outside of all brackets. */
export function splitAtCommas(tokens: readonly Token[]): (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol') {
      if ('([{<'.includes(token.text)) depth++;
      if (')]}>'.includes(token.text)) depth--;
      if (token.text === ',' && depth <= 0) {
        parts.push([]);
        continue;
      }
    }
    parts.at(-1)!.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
