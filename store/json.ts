/** What bulk statements send: rows as JSON arrays, cut into statements of a size that every server takes. */
import { sql, type RawBuilder } from 'kysely';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const maxRows = 5_000;
const maxCharacters = 4_000_000;
/** NUL or a lone surrogate, or text that looks like one. */
const perhapsUnstorable = /\\u(?:0000|d[89a-f])/i;

/** JSON that Postgres stores: NUL and lone surrogates become U+FFFD. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  if (!perhapsUnstorable.test(json)) return json;
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'string') return storableText(item);
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, member]) => [storableText(key), member]));
  });
}

/** Text that Postgres stores; see `toJson`. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Rows as JSON arrays of at most 5,000 rows and about 4 MB each. No rows: no array. */
export function* jsonBatches(rows: Iterable<object>): Generator<string> {
  let batch: string[] = [];
  let size = 0;
  for (const row of rows) {
    const json = toJson(row);
    if (batch.length === maxRows || (size > 0 && size + json.length > maxCharacters)) {
      yield `[${batch.join(',')}]`;
      batch = [];
      size = 0;
    }
    batch.push(json);
    size += json.length;
  }
  if (batch.length > 0) yield `[${batch.join(',')}]`;
}

/** `items` in slices of at most `size`. */
export function* slices<T>(items: readonly T[], size = maxRows): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/** A FROM item that reads a batch as rows. `columns` are names and types, such as `id uuid, value jsonb`. */
export function recordset(batch: string, alias: string, columns: string): RawBuilder<unknown> {
  return sql`json_to_recordset(${batch}::json) as ${sql.raw(`${alias}(${columns})`)}`;
}

/** Compressed JSON as base64, for `decode(…, 'base64')` in a recordset. */
export function pack(value: unknown): string {
  return packJson(JSON.stringify(value) ?? 'null');
}

/** The same of a text that is JSON already. */
export function packJson(json: string): string {
  return zstdCompressSync(json).toString('base64');
}

/** The same where a text much like it is stored, packed: only what differs (`differs`), if that takes less than half the space. */
export function packLike(json: string, like: Buffer): { readonly body: string; readonly differs: boolean } {
  const whole = zstdCompressSync(json);
  const difference = zstdCompressSync(json, { dictionary: unpacked(like) });
  const differs = difference.length * 2 < whole.length;
  return { body: (differs ? difference : whole).toString('base64'), differs };
}

const zstdMagic = 0x28b52ffd;

/** Reads what `pack` made, and JSON that is not compressed; with `like` what `packLike` made against it. */
export function unpack(body: Buffer, like: Buffer | null = null): unknown {
  const json = like === null ? unpacked(body) : zstdDecompressSync(body, { dictionary: unpacked(like) });
  return JSON.parse(json.toString('utf8'));
}

function unpacked(body: Buffer): Buffer {
  const packed = body.length >= 4 && body.readUInt32BE(0) === zstdMagic;
  return packed ? zstdDecompressSync(body) : body;
}
