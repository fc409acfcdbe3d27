/**
 * YAML as programs write it: block maps and lists of one-word keys and scalars, without comments, anchors, tags and flow collections. It becomes
 * the library's own nodes at a small part of the library's time; anything else is left to the library.
 */
import { isScalar, Pair, parseDocument, Scalar, YAMLMap, YAMLSeq, type LineCounter, type Node } from 'yaml';

interface Line {
  indent: number;
  /** Offsets of its first character that is no indentation, and after its last one. */
  start: number;
  readonly end: number;
}

/** Thrown at what is left to the library. */
const notPlain = new Error('This YAML is not plain.');

const keyAt = /([A-Za-z_][\w.-]*):(?: +|$)/my;
const itemAt = /- +(?=\S)/y;
const words: ReadonlyMap<string, boolean | null> = new Map([
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);

/** The root's node, and the starts of lines in `counter`; undefined where the text is not plain. Ranges tell where nodes begin and which line they end on. */
export function readPlainYaml(text: string, counter: LineCounter): Node | undefined {
  if (/[\t\r]/.test(text)) return undefined;
  const lines = linesOf(text);
  if (lines === undefined) return undefined;
  try {
    const root = new Reader(text, lines).document();
    counter.addNewLine(0);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
    return root;
  } catch {
    return undefined;
  }
}

/** An empty line is as deep as any. Undefined when there are no lines, or one ends in blanks. */
function linesOf(text: string): Line[] | undefined {
  const lines: Line[] = [];
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline;
    let start = from;
    while (text[start] === ' ') start++;
    if (end > from && text[end - 1] === ' ') return undefined;
    lines.push({ indent: start < end ? start - from : Infinity, start, end });
    from = end + 1;
  }
  return lines.length === 0 ? undefined : lines;
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
    const root = this.#block(0);
    if (this.#at < this.#lines.length) throw notPlain;
    return root;
  }

  #block(indent: number): Node {
    const line = this.#lines[this.#at];
    if (line?.indent !== indent) throw notPlain;
    return this.#isItem(line) ? this.#list(indent) : this.#map(indent);
  }

  #isItem(line: Line): boolean {
    itemAt.lastIndex = line.start;
    return itemAt.test(this.#text);
  }

  #list(indent: number): YAMLSeq {
    const list = new YAMLSeq<Node>();
    const { start } = this.#lines[this.#at]!;
    for (;;) {
      const line = this.#lines[this.#at];
      if (line?.indent !== indent || !this.#isItem(line)) return this.#ended(list, start);
      const step = itemAt.lastIndex - line.start;
      line.indent += step;
      line.start += step;
      keyAt.lastIndex = line.start;
      const holdsMap = keyAt.test(this.#text);
      list.items.push(holdsMap ? this.#map(line.indent) : this.#scalar(line, line.start, indent));
    }
  }

  #map(indent: number): YAMLMap {
    const map = new YAMLMap<Scalar, Node>();
    const { start } = this.#lines[this.#at]!;
    for (;;) {
      const line = this.#lines[this.#at];
      if (line?.indent !== indent) return this.#ended(map, start);
      keyAt.lastIndex = line.start;
      const name = keyAt.exec(this.#text)?.[1];
      if (name === undefined || words.has(name)) throw notPlain;
      const from = keyAt.lastIndex;
      const key = ranged(new Scalar(name), line.start, line.start + name.length);
      map.items.push(new Pair(key, from < line.end ? this.#scalar(line, from, indent) : this.#below(indent)));
    }
  }

  /** The value under a key: deeper, or a list as deep as the key. */
  #below(indent: number): Node {
    const next = this.#lines[++this.#at];
    if (next === undefined || next.indent < indent) throw notPlain;
    if (next.indent === indent && !this.#isItem(next)) throw notPlain;
    return this.#block(next.indent);
  }

  #ended<T extends YAMLMap | YAMLSeq>(node: T, start: number): T {
    return ranged(node, start, this.#lines[this.#at - 1]!.end);
  }

  /** A scalar from `from` to the end of the line, with the lines below that are deeper than `indent`; or an empty list. */
  #scalar(line: Line, from: number, indent: number): Node {
    const head = this.#text.slice(from, line.end);
    let folded = head;
    let simple = true;
    let even = true;
    let last = line;
    const first = this.#lines[this.#at + 1];
    for (;;) {
      const next = this.#lines[++this.#at];
      if (next === undefined || next.indent <= indent) break;
      folded += ` ${this.#text.slice(next.start, next.end)}`;
      simple &&= next.indent < Infinity && this.#text[next.start] !== '#';
      even &&= next.indent >= first!.indent;
      last = next;
    }
    if (last.indent === Infinity) throw notPlain;
    if (folded === '[]') return ranged(new YAMLSeq(), from, last.end);
    const block = last !== line && even && /^[|>][-+]?$/.test(head);
    const escaped = /^["']/.test(head) && (!simple || (head.startsWith('"') && folded.includes('\\')));
    if (!block && !escaped && !simple) throw notPlain;
    const value = block || escaped ? libraryValue(this.#text.slice(from, last.end + 1)) : valueOf(folded);
    return ranged(new Scalar(value), from, last.end);
  }
}

function ranged<T extends Node>(node: T, start: number, end: number): T {
  node.range = [start, end, end];
  return node;
}

/** Blocks of text, and escapes and empty lines in quotes. */
function libraryValue(written: string): unknown {
  const { contents, errors, warnings } = parseDocument(written, {
    keepSourceTokens: false,
    logLevel: 'silent',
  });
  if (!isScalar(contents) || errors.length + warnings.length > 0) throw notPlain;
  return contents.value;
}

function valueOf(written: string): string | number | boolean | null {
  if (/^'(?:[^']|'')*'$/.test(written)) return written.slice(1, -1).replaceAll("''", "'");
  if (/^"[^"\\]*"$/.test(written)) return written.slice(1, -1);
  if (/^[-+]?\d+$/.test(written)) return Number(written);
  // Indicators, what may be another kind of number, and what ends a plain scalar.
  if (/^[^\p{L}\p{N}_/(<$.]|^[.\d][\w.+-]*$|: |:$| #/u.test(written)) throw notPlain;
  return words.get(written) ?? (words.has(written) ? null : written);
}
