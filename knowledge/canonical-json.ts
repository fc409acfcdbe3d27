/**
 * JSON that is the same text for the same value: keys in code-unit order, no white space, keys whose value is `undefined` left out. NUL and lone
 * surrogates become U+FFFD, because Postgres cannot store them.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered(value)) ?? 'null';
}

function ordered(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (value === null || typeof value !== 'object') return value;
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return ordered((value as { toJSON(): unknown }).toJSON());
  if (Array.isArray(value)) return value.map(ordered);
  const entries = Object.entries(value).map(([key, item]) => [wellFormed(key), ordered(item)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries);
}

function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
