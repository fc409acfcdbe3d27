import type { NameRef } from '../schema/contracts/names.ts';

/**
 * A table's name out of a string in code or configuration: `a.b.c`, `` `a-b.c`.d ``, `"A"."b"`, `project:dataset.table`. Partition
 * decorators (`t$20240101`) are dropped. Null when the text cannot be a table's name.
 */
export function tableName(text: string, line?: number): NameRef | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 400) return null;
  const parts = splitParts(trimmed.replace(/^([a-z][\w-]*):(?=\w+\.)/i, '$1.'));
  if (parts === null || parts.length === 0 || parts.length > 3) return null;
  const last = (parts[parts.length - 1] ?? '').replace(/\$.*$/, '');
  const all = [...parts.slice(0, -1), last];
  if (!all.every((part) => /^[\w{][\w $*{}@-]*$/u.test(part))) return null;
  return line === undefined ? { parts: all } : { parts: all, line };
}

function splitParts(text: string): string[] | null {
  const parts: string[] = [];
  const pattern = /`([^`]*)`|"([^"]*)"|\[([^\]]*)\]|([^.`"[\]]+)/y;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return null;
    const quoted = match[1] ?? match[2] ?? match[3];
    if (match[1] !== undefined) parts.push(...match[1].split('.'));
    else parts.push(quoted ?? match[4] ?? '');
    at = pattern.lastIndex;
    if (at === text.length) break;
    if (text[at] !== '.') return null;
    at++;
    if (at === text.length) return null;
  }
  return parts.some((part) => part.trim() === '') ? null : parts;
}

export const nameKey = (name: NameRef): string => name.parts.join('.').toLowerCase();

/** The names without repeats (letter case aside); the first of each stays. */
export function uniqueNames(names: readonly NameRef[]): NameRef[] {
  const seen = new Map<string, NameRef>();
  for (const name of names) if (!seen.has(nameKey(name))) seen.set(nameKey(name), name);
  return [...seen.values()];
}
