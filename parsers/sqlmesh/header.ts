/** The head of a SQLMesh file: `MODEL (name shop.orders, kind FULL, …);`. */

/** What stands behind a property's name, without comments, and the line of the name. */
export interface Property {
  readonly text: string;
  readonly line: number;
}

export interface SqlmeshFile {
  readonly kind: 'model' | 'audit' | 'metric';
  /** By lower-case name; the last one of a name counts. */
  readonly properties: ReadonlyMap<string, Property>;
  /** The text behind the head, on the lines that it has in the file. */
  readonly body: string;
  /** The line on which the head begins. */
  readonly line: number;
}

const comments = /\/\*[^]*?(?:\*\/|$)|--[^\n]*/y;
const quoted = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|`[^`]*`/y;

/** Null: the text does not begin as a file of SQLMesh does. A head that is not closed goes on to the end. */
export function splitSqlmesh(text: string): SqlmeshFile | null {
  let at = 0;
  for (let end = afterBlank(text, at); end > at; end = afterBlank(text, at)) at = end;
  const match = /^(MODEL|AUDIT|METRIC)\s*\(/i.exec(text.slice(at, at + 40));
  if (match === null) return null;
  const from = at + match[0].length;
  const pieces = splitList(text, from);
  const properties = new Map<string, Property>();
  for (const piece of pieces.items) {
    const [, name = '', rest = ''] = /^(\w+)\s*([^]*)$/.exec(piece.text) ?? [];
    if (name !== '')
      properties.set(name.toLowerCase(), { text: rest.trim(), line: lineAt(text, piece.from) });
  }
  const head = text.slice(0, pieces.end);
  return {
    kind: (match[1] ?? '').toLowerCase() as SqlmeshFile['kind'],
    properties,
    body: head.replace(/[^\n]/g, '') + text.slice(pieces.end).replace(/^\s*;/, (end) => end.slice(0, -1)),
    line: lineAt(text, at),
  };
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Past white space or a comment at the place; the place itself where there is neither. */
function afterBlank(text: string, at: number): number {
  const blank = /\s+/y;
  for (const pattern of [blank, comments]) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return at;
}

/** What commas divide, from a place up to the bracket that closes; `end` is behind that bracket. Comments are left out. */
function splitList(text: string, from: number): { items: { text: string; from: number }[]; end: number } {
  const items: { text: string; from: number }[] = [];
  let [item, start, depth, at] = ['', -1, 0, from];
  const close = (): void => {
    if (item.trim() !== '') items.push({ text: item.trim(), from: start });
    item = '';
    start = -1;
  };
  for (; at < text.length; at++) {
    comments.lastIndex = quoted.lastIndex = at;
    if (comments.test(text)) {
      at = comments.lastIndex - 1;
      item += ' ';
      continue;
    }
    const [string] = quoted.exec(text) ?? [];
    const piece = string ?? text[at] ?? '';
    if (start < 0 && piece.trim() !== '') start = at;
    if (string === undefined && depth === 0 && /[)\]]/.test(piece)) break;
    if (string === undefined && /[([{]/.test(piece)) depth++;
    if (string === undefined && /[)\]}]/.test(piece)) depth--;
    if (piece === ',' && depth === 0) close();
    else item += piece;
    at += piece.length - 1;
  }
  close();
  return { items, end: Math.min(at + 1, text.length) };
}

/** `(a, b)`, `[a, b]` or a lone `a`: the items as they are written. */
export function listOf(text: string): string[] {
  const inner = /^[([]/.test(text) ? text.slice(1) : `${text})`;
  return splitList(inner, 0).items.map((item) => item.text);
}

/** Without quotes. */
export const plain = (text: string): string =>
  /^'/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text.replace(/^["`]|["`]$/g, '');

/** Names of columns: plain identifiers, of `id AS order_id` the first; expressions are left out. */
export const columnsOf = (text: string): string[] =>
  listOf(text)
    .map((item) => plain(item.replace(/(?<!\s)\s+as\s+\S+$/i, '')))
    .filter((item) => /^\w[\w ]*$/.test(item));
