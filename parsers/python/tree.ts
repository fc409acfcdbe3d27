import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { own } from '../../schema/contracts/own.ts';
import type { Lines } from '../../schema/contracts/facts.ts';

export type PyNode = SyntaxNode;

/** A Python file with its syntax tree. Text that does not parse leaves error nodes and costs no more than its statement. */
export interface PyFile {
  readonly text: string;
  readonly root: PyNode;
  readonly source: (node: PyNode) => string;
  readonly line: (node: PyNode) => number;
  readonly lines: (node: PyNode) => Lines;
}

export function parsePython(text: string): PyFile {
  const root = parser.parse(text).topNode;
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  return {
    text,
    root,
    source: (node) => text.slice(node.from, node.to),
    line: (node) => lineAt(node.from),
    lines: (node) => [lineAt(node.from), lineAt(Math.max(node.from, trimmedEnd(text, node) - 1))],
  };
}

/** Bodies end after the line break that follows them. */
function trimmedEnd(text: string, node: PyNode): number {
  let end = node.to;
  while (end > node.from && /\s/.test(text[end - 1] ?? '')) end--;
  return end;
}

const punctuation =
  /^[^A-Za-z⚠]+$|^(Comment|as|in|if|else|elif|for|with|def|class|return|lambda|async|await|from|import|At)$/;

/** Children without comments, punctuation and keywords. Operators (`ArithOp`, `AssignOp`, …) stay. */
export function parts(node: PyNode): PyNode[] {
  return allChildren(node).filter((child) => !punctuation.test(child.name));
}

export function allChildren(node: PyNode): PyNode[] {
  const out: PyNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) out.push(child);
  return out;
}

export interface CallSyntax {
  readonly callee: PyNode;
  readonly args: readonly PyNode[];
  readonly keywords: ReadonlyMap<string, PyNode>;
  /** `*args`: positions after it are not known. `**kwargs` values. */
  readonly starArgs: readonly PyNode[];
  readonly starKeywords: readonly PyNode[];
}

/** The parts of a `CallExpression`, or of a `Decorator` with arguments. */
export function callSyntax(file: PyFile, node: PyNode): CallSyntax | null {
  const list = node.getChild('ArgList');
  const callee = allChildren(node).find((child) => child.name !== 'At' && child.name !== 'ArgList');
  if (list === null || callee === undefined) return null;
  const args: PyNode[] = [];
  const keywords = new Map<string, PyNode>();
  const starArgs: PyNode[] = [];
  const starKeywords: PyNode[] = [];
  const children = allChildren(list).filter((child) => child.name !== 'Comment');
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    const next = children[i + 1];
    const value = children[i + 2];
    if (child === undefined || /^[(),]$/.test(child.name)) continue;
    if ((child.name === '*' || child.name === '**') && next !== undefined) {
      (child.name === '*' ? starArgs : starKeywords).push(next);
      i++;
    } else if (child.name === 'VariableName' && next?.name === 'AssignOp' && value !== undefined) {
      keywords.set(file.source(child), value);
      i += 2;
    } else args.push(child);
  }
  return { callee, args, keywords, starArgs, starKeywords };
}

/** The value of a string literal without interpolation; escapes resolved as far as text needs it. */
export function stringText(source: string): string {
  const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(source);
  if (match === null) return source;
  const quote = match[2] ?? '';
  const body = source.slice(
    match[0].length,
    source.endsWith(quote) ? source.length - quote.length : undefined,
  );
  return /r/i.test(match[1] ?? '') ? body : unescape(body);
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Also for the literal pieces of f-strings. */
export function unescape(body: string): string {
  if (!body.includes('\\')) return body;
  return body.replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|[^])/gi, (whole, code: string) =>
    /^[xu]./.test(code) ? String.fromCharCode(parseInt(code.slice(1), 16)) : (own(escapes, code) ?? whole),
  );
}
