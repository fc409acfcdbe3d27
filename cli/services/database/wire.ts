/**
 * The Postgres wire protocol (version 3), as far as a server needs it: cutting a byte stream into messages and
 * writing the few answers that do not come from the backend itself.
 */

/** One message of a client. `bytes` is the whole message, type byte and length included. */
export interface Frame {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Messages above this size (bytes) are refused: the WebAssembly heap could not hold them several times over. */
const maxFrameBytes = 256 * 1024 * 1024;

/**
 * Reassembles messages from TCP chunks. A large message is copied once, however many chunks it came in.
 * Throws `RangeError` on a length no client may announce.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The next untyped message (start-up, SSL request, cancel request), without its length; null until complete. */
  nextStartup(): Buffer | null {
    const length = this.#lengthAt(0);
    if (length === null || this.#size < length) return null;
    return this.#take(length).subarray(4);
  }

  /** The next typed message; null until complete. */
  next(): Frame | null {
    const length = this.#lengthAt(1);
    if (length === null || this.#size < length + 1) return null;
    const bytes = this.#take(length + 1);
    return { type: String.fromCharCode(bytes[0] ?? 0), bytes };
  }

  #lengthAt(offset: number): number | null {
    if (this.#size < offset + 4) return null;
    const first = this.#chunks[0];
    if (first === undefined || first.length < offset + 4) this.#join();
    const length = (this.#chunks[0] as Buffer).readInt32BE(offset);
    if (length < 4 || length > maxFrameBytes) throw new RangeError(`invalid message length ${length}`);
    return length;
  }

  #take(count: number): Buffer {
    if ((this.#chunks[0]?.length ?? 0) < count) this.#join();
    const first = this.#chunks[0] as Buffer;
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#size -= count;
    return first.subarray(0, count);
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }
}

/** The zero-terminated string at `offset`, and the offset behind its terminator. */
export function readCString(bytes: Buffer, offset: number): { text: string; end: number } {
  const zero = bytes.indexOf(0, offset);
  if (zero < 0) throw new RangeError('unterminated string in message');
  return { text: bytes.toString('utf8', offset, zero), end: zero + 1 };
}

export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

export function int32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32BE(value, index * 4));
  return bytes;
}

export const query = (sql: string): Buffer => message('Q', cString(sql));
export const sync = message('S');
export const closeStatement = (name: string): Buffer => message('C', Buffer.from('S'), cString(name));

export const authenticationOk = message('R', int32(0));
export const authenticationCleartext = message('R', int32(3));
export const parameterStatus = (name: string, value: string): Buffer =>
  message('S', cString(name), cString(value));
export const readyForQuery = (status: TransactionStatus): Buffer => message('Z', Buffer.from(status));

/** I: no transaction; T: in a transaction; E: in a transaction that failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

export function errorResponse(severity: 'ERROR' | 'FATAL', code: string, text: string): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`].map(cString);
  return message('E', ...fields, Buffer.from([0]));
}

/** The status in the ReadyForQuery that ends `response`; null when the response does not end in one. */
export function finalStatus(response: Buffer): TransactionStatus | null {
  const at = response.length - 6;
  if (at < 0 || response[at] !== 0x5a || response.readInt32BE(at + 1) !== 5) return null;
  return String.fromCharCode(response[at + 5] ?? 0) as TransactionStatus;
}

/** What matters in a response to the server itself: rows (text format), and its first error. */
export interface ParsedResponse {
  readonly rows: (string | null)[][];
  /** Text of the first error; null when there was none. */
  readonly error: string | null;
  /** True when the backend said that it ends because of the error. */
  readonly fatal: boolean;
}

export function parseResponse(response: Buffer): ParsedResponse {
  const rows: (string | null)[][] = [];
  let error: string | null = null;
  let fatal = false;
  for (let at = 0; at < response.length; at += 1 + response.readInt32BE(at + 1)) {
    const type = response[at];
    if (type === 0x44) rows.push(dataRow(response, at + 5));
    if (type !== 0x45) continue;
    const fields = errorFields(response, at + 5);
    error ??= fields.get('M') ?? 'unknown error';
    fatal ||= ['FATAL', 'PANIC'].includes(fields.get('V') ?? '');
  }
  return { rows, error, fatal };
}

function dataRow(bytes: Buffer, start: number): (string | null)[] {
  const row: (string | null)[] = [];
  let at = start + 2;
  for (let left = bytes.readInt16BE(start); left > 0; left--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : bytes.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return row;
}

function errorFields(bytes: Buffer, start: number): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = start; bytes[at] !== 0;) {
    const field = readCString(bytes, at);
    fields.set(field.text.slice(0, 1), field.text.slice(1));
    at = field.end;
  }
  return fields;
}
