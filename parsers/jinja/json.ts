/** Python's `json.dumps`, with its spaces. */
import { str } from './python.ts';
import { toJson, type Value } from './values.ts';

/** @param indent spaces a level; 0 for one line */
export function jsonText(value: Value, indent: number, sortKeys: boolean): string {
  return dump(toJson(value, str), Math.min(indent, 16), sortKeys, '\n');
}

function dump(value: unknown, indent: number, sortKeys: boolean, newline: string): string {
  if (value === null || typeof value !== 'object') {
    const text = JSON.stringify(value) ?? 'null';
    return typeof value === 'string'
      ? text.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : text;
  }
  const inner = indent > 0 ? newline + ' '.repeat(indent) : newline;
  const parts = Array.isArray(value)
    ? value.map((item) => dump(item, indent, sortKeys, inner))
    : keysOf(value, sortKeys).map(
        (key) =>
          `${JSON.stringify(key)}: ${dump((value as Record<string, unknown>)[key], indent, sortKeys, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  return indent > 0
    ? `${open}${inner}${parts.join(`,${inner}`)}${newline}${close}`
    : `${open}${parts.join(', ')}${close}`;
}

function keysOf(value: object, sort: boolean): string[] {
  const keys = Object.keys(value);
  return sort ? keys.toSorted() : keys;
}
