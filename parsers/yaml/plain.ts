/**
 * YAML as it is mostly written: block maps and lists of one-word keys and scalars, with comments, empty lines and anchors, without tags. It becomes the library's own
 * nodes at a small part of the library's time; anything else is left to the library. Flow collections, blocks of text and escapes in quotes are the library's, one by one.
 */
import { Alias, Pair, Scalar, YAMLMap, YAMLSeq, type LineCounter, type Node } from 'yaml';
import { flow, folded, libraryValue, notPlain, quoted, ranged, valueOf, words } from './plain-values.ts';

interface Line {
  /** Infinity where the line is empty: it is as deep as any. */
  indent: number;
  /** Offsets of its first character that is no indentation, and after its last one that is no blank. */
  start: number;
  readonly end: number;
}

const keyAt = /([A-Za-z_+][\w.-]*|<<):(?: +|$)/my;
const anchorAt = /&([\w-]+)(?: +|$)/my;
const itemAt = /- +(?=\S)/y;

/** The root's node, and the starts of lines in `counter`; undefined where the text is not plain. Ranges tell where nodes begin and which line they end on. */
export function readPlainYaml(text: string, counter: LineCounter): Node | undefined {
  if (/[\t\r]/.test(text)) return undefined;
  try {
    const root = new Reader(text, linesOf(text)).document();
    counter.addNewLine(0);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
    return root;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const after = newline === -1 ? text.length : newline;
    let start = from;
    while (text[start] === ' ') start++;
    let end = after;
    while (end > start && text[end - 1] === ' ') end--;
    lines.push({ indent: start < end ? start - from : Infinity, start, end });
    from = after + 1;
  }
  return lines;
}

class Reader {
  readonly #text: string;
  readonly #lines: readonly Line[];
  #at = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.#text = text;
    this.#lines = lines;
  }

  document(): Node {
    const first = this.#next();
    if (first?.indent === 0 && this.#text.slice(first.start, first.end) === '---') this.#at++;
    const root = this.#block(0);
    if (this.#next() !== undefined) throw notPlain;
    return root;
  }

  /** The line to read next; empty ones and comments are passed over. */
  #next(): Line | undefined {
    while (this.#lines[this.#at] && this.#isVoid(this.#lines[this.#at]!)) this.#at++;
    return this.#lines[this.#at];
  }

  #isVoid({ indent, start }: Line): boolean {
    return indent === Infinity || this.#text[start] === '#';
  }

  #block(indent: number): Node {
    const line = this.#next();
    if (line?.indent !== indent) throw notPlain;
    return this.#isItem(line) ? this.#list(line) : this.#map(line);
  }

  #isItem(line: Line): boolean {
    itemAt.lastIndex = line.start;
    return itemAt.test(this.#text);
  }

  #list({ indent, start }: Line): YAMLSeq {
    const list = new YAMLSeq<Node>();
    for (;;) {
      const line = this.#next();
      if (line?.indent !== indent || !this.#isItem(line)) return this.#ended(list, start);
      const step = itemAt.lastIndex - line.start;
      line.indent += step;
      line.start += step;
      keyAt.lastIndex = line.start;
      const holdsMap = keyAt.test(this.#text);
      list.items.push(holdsMap ? this.#map(line) : this.#value(line, line.start, indent));
    }
  }

  #map({ indent, start }: Line): YAMLMap {
    const map = new YAMLMap<Scalar, Node>();
    for (;;) {
      const line = this.#next();
      if (line?.indent !== indent) return this.#ended(map, start);
      keyAt.lastIndex = line.start;
      const name = keyAt.exec(this.#text)?.[1];
      if (name === undefined || words.has(name)) throw notPlain;
      const from = keyAt.lastIndex;
      const key = ranged(new Scalar(name), line.start, line.start + name.length);
      map.items.push(new Pair(key, this.#value(line, from, indent)));
    }
  }

  /** What stands from `from` on, or below where nothing stands there. */
  #value(line: Line, from: number, indent: number): Node {
    if (from >= line.end || this.#text[from] === '#') return this.#below(line, indent);
    anchorAt.lastIndex = from;
    const anchor = anchorAt.exec(this.#text)?.[1];
    if (anchor === undefined) return this.#scalar(line, from, indent);
    const node = this.#value(line, anchorAt.lastIndex, indent);
    if (node instanceof Alias || node.anchor !== undefined) throw notPlain;
    node.anchor = anchor;
    return node;
  }

  /** Deeper than the key or the dash, or a list as deep as the key; else nothing. */
  #below(line: Line, indent: number): Node {
    this.#at++;
    const next = this.#next();
    const isKey = line.indent === indent;
    if (next && (next.indent > indent || (isKey && next.indent === indent && this.#isItem(next))))
      return this.#block(next.indent);
    return ranged(new Scalar(null), line.end, line.end);
  }

  #ended<T extends YAMLMap | YAMLSeq>(node: T, start: number): T {
    return ranged(node, start, this.#lines[this.#at - 1]!.end);
  }

  /** What stands from `from` to the end of the line, with the lines below that are deeper than `indent`. */
  #scalar(line: Line, from: number, indent: number): Node {
    const head = this.#text.slice(from, line.end);
    const more = this.#deeper(indent);
    if (/^[|>][-+]?$/.test(head)) return this.#blockOfText(from, more, head.endsWith('+'));
    const below = more.slice(0, more.findLastIndex((one) => !this.#isVoid(one)) + 1);
    const written = this.#text.slice(from, (below.at(-1) ?? line).end);
    if (/^["']/.test(written)) return quoted(written, from);
    if (/^[[{]/.test(written)) return flow(written, from);
    if (below.some((one) => this.#isVoid(one))) throw notPlain;
    if (below.length > 0) return ranged(new Scalar(valueOf(folded(written))), from, from + written.length);
    const own = head.replace(/(?<! ) +#.*$/, '');
    const alias = /^\*([\w-]+)$/.exec(own)?.[1];
    return ranged(alias === undefined ? new Scalar(valueOf(own)) : new Alias(alias), from, from + own.length);
  }

  /** The lines below this one that are deeper, or empty; the one after them is next. */
  #deeper(indent: number): readonly Line[] {
    const from = ++this.#at;
    while (this.#lines[this.#at] && this.#lines[this.#at]!.indent > indent) this.#at++;
    return this.#lines.slice(from, this.#at);
  }

  #blockOfText(from: number, more: readonly Line[], keepsEnd: boolean): Node {
    const lines = more.slice(0, more.findLastIndex((one) => one.indent < Infinity) + 1);
    const last = lines.at(-1);
    if (last === undefined || lines.some((one) => one.indent < lines[0]!.indent)) throw notPlain;
    // Blanks that go further than the block's indentation belong to the text.
    const further = ({ start }: Line) =>
      !this.#text.slice(start - lines[0]!.indent - 1, start).includes('\n');
    if (more.slice(lines.length).some((one) => keepsEnd || further(one))) throw notPlain;
    const newline = this.#text.indexOf('\n', last.end);
    const end = newline === -1 ? this.#text.length : newline;
    return ranged(new Scalar(libraryValue(this.#text.slice(from, end + 1))), from, end);
  }
}
