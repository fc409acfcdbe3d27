/** Access to the second reader's tree, which is plain JSON without a shape that could be relied on. */

import { own } from '../../../schema/contracts/own.ts';
import type { Tree } from './tree.ts';

/** A node in the first reader's shape. */
export const tree = (kind: string, data: object): Tree => ({ [kind]: data }) as unknown as Tree;

/** Some node; leaves are strings, numbers and booleans under the same type, told apart when they are read. */
export interface Raw {
  readonly [field: string]: Raw | undefined;
}

export const rawOf = (value: unknown): Raw => value as Raw;

export function find(raw: Raw | undefined | null, field: string): Raw | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  return own(raw, field) ?? undefined;
}

export function many(raw: Raw | undefined | null, field: string): Raw[] {
  const value = find(raw, field);
  if (Array.isArray(value)) return value as Raw[];
  return value === undefined || typeof value !== 'object' ? [] : [value];
}

/** The elements of a list, or of a row that wraps its list. */
export const rows = (row: Raw): Raw[] => (Array.isArray(row) ? row : many(row, 'content'));

/** A leaf as text; undefined when it is not there or no leaf. */
export function text(raw: Raw | undefined | null, field: string): string | undefined {
  const value = find(raw, field) as unknown;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export const lower = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

export interface Identifier {
  readonly name: string;
  readonly quoted: boolean;
  readonly span?: { readonly line: number };
}

export function identifier(raw: Raw): Identifier {
  const line = Number(text(find(find(raw, 'span'), 'start'), 'line') ?? 0);
  return {
    name: text(raw, 'value') ?? '',
    quoted: text(raw, 'quote_style') !== undefined,
    ...(line > 0 ? { span: { line } } : {}),
  };
}

export function first<T>(raw: Raw | undefined, convert: (raw: Raw) => T): T | null {
  const head = Array.isArray(raw) ? (raw[0] as Raw | undefined) : raw;
  if (!head) return null;
  return convert(find(head, 'Identifier') ?? head);
}
