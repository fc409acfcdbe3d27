import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node as YamlNode,
} from 'yaml';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Lines } from '../../schema/contracts/facts.ts';
import { readPlainYaml } from './plain.ts';

/** A YAML value with its lines, read with care: wrong shapes give undefined or nothing, never an exception. */
export interface YamlValue {
  readonly lines: Lines;
  /** The tag as written (`!include`); undefined when there is none. */
  readonly tag: string | undefined;
  /** Text of a scalar; numbers, dates and booleans as text too. Undefined for null, lists and maps. */
  readonly text: () => string | undefined;
  readonly flag: () => boolean | undefined;
  readonly number: () => number | undefined;
  readonly isNull: () => boolean;
  readonly get: (key: string) => YamlValue | undefined;
  readonly entries: () => readonly (readonly [key: string, value: YamlValue, line: number])[];
  /** The items of a list; of anything else, none. */
  readonly items: () => readonly YamlValue[];
  /** The plain value (maps as objects); aliases are expanded up to a bound, null beyond it. */
  readonly plain: () => unknown;
}

export interface YamlDocument {
  /** Undefined when the text is empty or broken past reading. */
  readonly root: YamlValue | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one YAML document; of several in one text, the first. A document with errors is still read as far as it goes. */
export function readYaml(path: string, text: string): YamlDocument {
  const counter = new LineCounter();
  const diagnostic = (message: string, line?: number): Diagnostic => ({
    code: 'yaml.syntax',
    severity: 'warning',
    message: message.split('\n')[0] ?? message,
    path,
    ...(line === undefined ? {} : { line }),
    fault: 'user',
  });
  try {
    const { contents, errors } = nodesOf(text.replace(/^\uFEFF/, ''), counter);
    const diagnostics = errors
      .filter((error) => error.code !== 'MULTIPLE_DOCS')
      .map((error) => diagnostic(error.message, counter.linePos(error.pos[0]).line));
    const targets = text.includes('*') ? aliasTargets(contents) : undefined;
    const resolve = (node: unknown): YamlNode | undefined =>
      isAlias(node) ? targets?.get(node) : asNode(node);
    const root = resolve(contents);
    return { root: root === undefined ? undefined : valueOf(root, 1, counter, resolve), diagnostics };
  } catch (error) {
    return {
      root: undefined,
      diagnostics: [diagnostic(error instanceof Error ? error.message : String(error))],
    };
  }
}

function nodesOf(
  text: string,
  lineCounter: LineCounter,
): { readonly contents: YamlNode | null; readonly errors: Document.Parsed['errors'] } {
  const plain = readPlainYaml(text, lineCounter);
  if (plain) return { contents: plain, errors: [] };
  return parseDocument(text, {
    lineCounter,
    keepSourceTokens: false,
    logLevel: 'silent',
    uniqueKeys: false,
  });
}

const asNode = (node: unknown): YamlNode | undefined => (node as YamlNode | null | undefined) ?? undefined;

/** What each alias stands for, in one pass: the library's own `resolve` walks the whole document for every alias. */
function aliasTargets(contents: YamlNode | null): Map<unknown, YamlNode | undefined> {
  const anchors = new Map<string, YamlNode>();
  const targets = new Map<unknown, YamlNode | undefined>();
  visit(contents, {
    Node: (_key, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function valueOf(
  node: YamlNode | undefined,
  line: number,
  counter: LineCounter,
  resolve: (node: unknown) => YamlNode | undefined,
): YamlValue {
  const span = (): Lines => {
    const range = node?.range;
    if (!range) return [line, line];
    const from = counter.linePos(range[0]).line;
    return [from, Math.max(from, counter.linePos(Math.max(range[0], endOf(node) - 1)).line)];
  };
  const wrap = (child: unknown, at: number): YamlValue => valueOf(resolve(child), at, counter, resolve);
  const scalar: unknown = isScalar(node) ? node.value : undefined;
  return {
    get lines() {
      return span();
    },
    tag: node?.tag,
    text: () => (scalar === null || scalar === undefined ? undefined : scalarText(scalar)),
    flag: () => (typeof scalar === 'boolean' ? scalar : undefined),
    number: () => (typeof scalar === 'number' ? scalar : undefined),
    isNull: () => node === undefined || (isScalar(node) && node.value === null),
    get: (key) => {
      if (!isMap(node)) return undefined;
      const pair = node.items.find((item) => keyText(item.key) === key);
      return pair === undefined ? undefined : wrap(pair.value, lineOf(pair.key, line, counter));
    },
    entries: () =>
      isMap(node)
        ? node.items.map((pair) => {
            const at = lineOf(pair.key, line, counter);
            return [keyText(pair.key), wrap(pair.value, at), at] as const;
          })
        : [],
    items: () => (isSeq(node) ? node.items.map((item) => wrap(item, line)) : []),
    plain: () => plainOf(node, resolve, { left: 100_000 }, 100),
  };
}

/**
 * Offset after a node's last character. The library ends a block map or list behind the comments and empty lines below it, often in the next item; it ends with its
 * last value here.
 */
export function endOf(node: YamlNode): number {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const item = node.items.at(-1);
    const last = asNode(isPair(item) ? (item.value ?? item.key) : item);
    if (last?.range) return endOf(last);
  }
  return node.range?.[1] ?? 0;
}

const scalarText = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : String(value);

const keyText = (key: unknown): string => (isScalar(key) ? scalarText(key.value) : String(key));

function lineOf(node: unknown, fallback: number, counter: LineCounter): number {
  const range = (node as YamlNode | null)?.range;
  return range ? counter.linePos(range[0]).line : fallback;
}

function plainOf(
  node: YamlNode | undefined,
  resolve: (node: unknown) => YamlNode | undefined,
  budget: { left: number },
  depth: number,
): unknown {
  if (budget.left-- <= 0 || depth === 0) return null;
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plainOf(resolve(item), resolve, budget, depth - 1));
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [keyText(pair.key), plainOf(resolve(pair.value), resolve, budget, depth - 1)]),
    );
  }
  return null;
}
