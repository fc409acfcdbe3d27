/**
 * JSON that is the same text for the same value: keys in code-unit order, no white space, keys whose value is `undefined` left out. NUL and lone
 * surrogates become U+FFFD, because Postgres cannot store them.
 */
export function canonicalJson(value: unknown): string {
  return written(value) ?? 'null';
}

/** Undefined for what JSON leaves out. Builds the text at once: every claim and output is hashed, so copying them first would cost most of a night. */
function written(value: unknown): string | undefined {
  if (typeof value === 'string') return text(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return written((value as { toJSON(): unknown }).toJSON());
  if (Array.isArray(value)) return `[${value.map((item) => written(item) ?? 'null').join(',')}]`;
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const member = written((value as Record<string, unknown>)[key]);
    if (member !== undefined) members += `${members === '' ? '' : ','}${text(key)}:${member}`;
  }
  return `{${members}}`;
}

/** A quote, a backslash, a control character or a surrogate. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

function text(value: string): string {
  if (!special.test(value)) return `"${value}"`;
  return JSON.stringify(value.toWellFormed().replaceAll('\0', '\uFFFD'));
}
