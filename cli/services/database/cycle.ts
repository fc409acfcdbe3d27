import { closeStatement, cString, message, readCString } from './wire.ts';
import type { Frame } from './wire.ts';
import { refusalOf } from './refusals.ts';
import type { Refusal } from './refusals.ts';

/**
 * The unit the backend runs in one go: all messages of a client up to Sync, Flush or a simple query. Because a cycle
 * is handed over whole, no other client's message can come between its Parse and its Execute.
 */
export interface Cycle {
  readonly bytes: Buffer;
  /** True when it ended in Flush: the protocol state is open until Sync, so the client keeps the backend. */
  readonly open: boolean;
  /** True when `set_config` may change a setting for longer than the transaction. */
  readonly setsConfig: boolean;
  /** True when all its statements are `SET LOCAL` and the like, whose effect ends with the transaction. */
  readonly onlyLocalSets: boolean;
  readonly refusal: Refusal | null;
}

const ends = new Set(['Q', 'S', 'H', 'F']);
const allowed = new Set(['Q', 'P', 'B', 'D', 'E', 'C', 'S', 'H', 'F']);

/** Collects one connection's messages into cycles, giving its prepared statements names of their own. */
export class CycleBuilder {
  #frames: Buffer[] = [];
  #setsConfig = false;
  #statements = 0;
  #localSets = 0;
  #refusal: Refusal | null = null;
  #unnamedParsed = false;
  readonly #names = new Map<string, string>();
  #namesGiven = 0;
  readonly #prefix: string;

  /** `prefix` must be unique among the connections of the backend's lifetime. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a message; returns the cycle when it is the last one of it. Throws `RangeError` on one that no client may send. */
  add(frame: Frame): Cycle | null {
    if (!allowed.has(frame.type)) throw new RangeError(`message type "${frame.type}" is not supported`);
    if (frame.type === 'P') this.#inspect(readCString(frame.bytes, readCString(frame.bytes, 5).end).text);
    if (frame.type === 'Q') this.#inspect(readCString(frame.bytes, 5).text);
    this.#frames.push(this.#rename(frame));
    if (!ends.has(frame.type)) return null;
    const cycle: Cycle = {
      bytes: this.#frames.length === 1 ? (this.#frames[0] as Buffer) : Buffer.concat(this.#frames),
      open: frame.type === 'H',
      setsConfig: this.#setsConfig,
      onlyLocalSets: this.#statements > 0 && this.#statements === this.#localSets,
      refusal: this.#refusal,
    };
    this.#frames = [];
    this.#setsConfig = false;
    this.#statements = this.#localSets = 0;
    this.#refusal = null;
    if (!cycle.open) this.#unnamedParsed = false;
    return cycle;
  }

  /** Messages that close this connection's named statements; empty when it has none. */
  farewell(): Buffer {
    return Buffer.concat([...this.#names.values()].map(closeStatement));
  }

  #inspect(sql: string): void {
    this.#refusal ??= refusalOf(sql);
    this.#statements++;
    if (/^\s*set\s+(?:local|transaction|constraints)\b[^;]*;?\s*$/i.test(sql)) this.#localSets++;
    this.#setsConfig ||= /\bset_config\b/i.test(sql.replace(/\bset_config\s*\([^()]*,\s*true\s*\)/gi, ''));
  }

  #rename({ type, bytes }: Frame): Buffer {
    if (type === 'P') {
      const name = readCString(bytes, 5);
      if (name.text === '') this.#unnamedParsed = true;
      return name.text === '' ? bytes : message('P', this.#own(name.text), bytes.subarray(name.end));
    }
    if (type === 'B') {
      const portal = readCString(bytes, 5);
      const name = readCString(bytes, portal.end);
      if (name.text === '') return this.#needUnnamed(bytes);
      return message('B', bytes.subarray(5, portal.end), this.#own(name.text), bytes.subarray(name.end));
    }
    if ((type === 'D' || type === 'C') && bytes[5] === 0x53) {
      const name = readCString(bytes, 6);
      if (name.text === '') return type === 'D' ? this.#needUnnamed(bytes) : bytes;
      const own = this.#own(name.text);
      if (type === 'C') this.#names.delete(name.text);
      return message(type, Buffer.from('S'), own);
    }
    return bytes;
  }

  /** After its Sync the unnamed statement may be another connection's; running that would be worse than an error. */
  #needUnnamed(bytes: Buffer): Buffer {
    if (!this.#unnamedParsed) {
      this.#refusal ??= {
        code: '26000',
        message: 'embedded database: the unnamed statement ends with its Sync; send Parse again or name it',
      };
    }
    return bytes;
  }

  #own(name: string): Buffer {
    let own = this.#names.get(name);
    if (own === undefined) this.#names.set(name, (own = `${this.#prefix}_${this.#namesGiven++}`));
    return cString(own);
  }
}
