/** Values of plain YAML: scalars of one line, and pieces of text that the library reads by themselves. */
import {
  isCollection,
  isNode,
  isScalar,
  parseDocument,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
  type Node,
} from 'yaml';

/** Thrown at what is left to the library. */
export const notPlain = new Error('This YAML is not plain.');

/** Other kinds of number than those of digits and one point. */
const otherNumber = /^[-+]?(?:0o[0-7]+|0x[\da-f]+|\.inf|\.nan|[\d.]+e[-+]?\d+)$/i;
export const words: ReadonlyMap<string, boolean | null> = new Map([
  ['~', null],
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

export function ranged<T extends Node>(node: T, start: number, end: number): T {
  node.range = [start, end, end];
  return node;
}

/** The library's node of a piece of the text, which begins at its offset 0. */
function libraryNode(written: string): Node {
  const { contents, errors, warnings } = parseDocument(written, {
    keepSourceTokens: false,
    logLevel: 'silent',
    uniqueKeys: false,
  });
  if (!isNode(contents) || errors.length + warnings.length > 0) throw notPlain;
  return contents;
}

/** Blocks of text, and escapes and empty lines in quotes. */
export function libraryValue(written: string): unknown {
  const node = libraryNode(written);
  if (!isScalar(node)) throw notPlain;
  return node.value;
}

/** A list or map in brackets, at `from` of the whole text. */
export function flow(written: string, from: number): Node {
  if (/^(?:\[\]|\{\})$/.test(written))
    return ranged(written === '[]' ? new YAMLSeq() : new YAMLMap(), from, from + 2);
  if (/[&*!]/.test(written)) throw notPlain;
  const node = libraryNode(written);
  if (!isCollection(node) || node.flow !== true) throw notPlain;
  visit(node, {
    Node: (_key, each) => {
      const [start, end, after] = each.range ?? [0, 0, 0];
      each.range = [start + from, end + from, after + from];
    },
  });
  return node;
}

/** A text in quotes, at `from` of the whole text. */
export function quoted(written: string, from: number): Scalar {
  const own = /^('(?:[^']|'')*'|"(?:[^"\\]|\\[^])*")(?: +#.*)?$/.exec(written)?.[1];
  if (own === undefined) throw notPlain;
  const simple = own.startsWith("'") ? !/\n *\n/.test(own) : !/[\n\\]/.test(own);
  return ranged(new Scalar(simple ? valueOf(folded(own)) : libraryValue(own)), from, from + own.length);
}

/** Lines as one. */
export const folded = (written: string): string => written.replace(/(?<! ) *\n */g, ' ');

export function valueOf(written: string): string | number | boolean | null {
  if (/^'(?:[^']|'')*'$/.test(written)) return written.slice(1, -1).replaceAll("''", "'");
  if (/^"[^"\\]*"$/.test(written)) return written.slice(1, -1);
  if (/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(written)) return Number(written);
  // Indicators, and what ends a plain scalar.
  if (/^[^\p{L}\p{N}_/(<$.~]|: |:$| #/u.test(written) || otherNumber.test(written)) throw notPlain;
  return words.get(written) ?? (words.has(written) ? null : written);
}
