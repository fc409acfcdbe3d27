import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Settings } from './backend.ts';
import { CycleBuilder } from './cycle.ts';
import type { Cycle } from './cycle.ts';
import type { Client, Turns } from './turns.ts';
import {
  authenticationCleartext,
  authenticationOk,
  errorResponse,
  FrameReader,
  int32,
  message,
  parameterStatus,
  query,
  readCString,
  readyForQuery,
  sync,
} from './wire.ts';
import type { Frame } from './wire.ts';

/** What every connection needs from the server. */
export interface ConnectionContext {
  readonly turns: Turns;
  /** Reported to the client after start-up. */
  readonly reported: Settings;
  /** Null: any password will do. */
  readonly password: string | null;
  /** Unique among the connections of this server's life. */
  readonly id: number;
}

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;
/** Start-up parameters that are no settings, or that change nothing on a server of this kind. */
const noSettings = new Set(['user', 'database', 'replication', 'client_encoding', 'application_name']);

/** One client's connection: start-up, then cycles in, responses out. Owns its socket. */
export class Connection implements Client {
  settings: Settings = [];
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #reader = new FrameReader();
  readonly #cycles: CycleBuilder;
  #phase: 'startup' | 'password' | 'ready' | 'closed' = 'startup';

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#cycles = new CycleBuilder(`c${context.id}`);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => this.#close());
    socket.on('close', () => this.#close());
  }

  /** Ends the connection with a FATAL error. */
  expel(code: string, text: string): void {
    if (this.#phase === 'closed') return;
    this.#socket.end(errorResponse('FATAL', code, text));
    this.#close();
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === 'closed') return;
    this.#reader.push(chunk);
    try {
      while (this.#step());
    } catch (error) {
      this.expel('08P01', `embedded database: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Handles one message; false when none is complete. */
  #step(): boolean {
    if (this.#phase === 'closed') return false;
    if (this.#phase === 'startup') {
      const packet = this.#reader.nextStartup();
      if (packet !== null) this.#startUp(packet);
      return packet !== null;
    }
    const frame = this.#reader.next();
    if (frame === null) return false;
    if (frame.type === 'X') this.#socket.end();
    else if (this.#phase === 'password') this.#checkPassword(frame);
    else this.#collect(frame);
    return true;
  }

  #startUp(packet: Buffer): void {
    const code = packet.readInt32BE(0);
    if (code === sslRequest || code === gssRequest) {
      this.#socket.write('N');
    } else if (code === cancelRequest) {
      // A running statement cannot be interrupted: the request is accepted and has no effect.
      this.#socket.end();
    } else if (code >>> 16 !== 3) {
      this.expel('0A000', `embedded database: protocol ${code >>> 16} is not supported, only 3`);
    } else {
      if ((code & 0xffff) !== 0) this.#socket.write(message('v', int32(0, 0)));
      this.settings = startupSettings(packet);
      if (this.#context.password === null) this.#welcome();
      else {
        this.#phase = 'password';
        this.#socket.write(authenticationCleartext);
      }
    }
  }

  #checkPassword(frame: Frame): void {
    const given = frame.type === 'p' ? Buffer.from(readCString(frame.bytes, 5).text) : Buffer.alloc(0);
    const wanted = Buffer.from(this.#context.password ?? '');
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) this.#welcome();
    else
      this.expel(
        '28P01',
        'embedded database: wrong password; take the URL from services.json of the data folder',
      );
  }

  #welcome(): void {
    this.#phase = 'ready';
    const key = message('K', int32(this.#context.id, randomInt(2 ** 31)));
    const reported = this.#context.reported.map(([name, value]) => parameterStatus(name, value));
    this.#socket.write(Buffer.concat([authenticationOk, ...reported, key, readyForQuery('I')]));
  }

  #collect(frame: Frame): void {
    const cycle = this.#cycles.add(frame);
    if (cycle === null) return;
    if (cycle.refusal === null) this.#take(cycle);
    else if (cycle.open) this.expel(cycle.refusal.code, cycle.refusal.message);
    else this.#take({ ...cycle, bytes: raising(cycle.refusal.code, cycle.refusal.message) });
  }

  #take(cycle: Cycle): void {
    this.#context.turns.take(this, cycle, (response) => {
      if (this.#phase === 'ready') this.#socket.write(response);
    });
  }

  #close(): void {
    if (this.#phase === 'closed') return;
    const wasReady = this.#phase === 'ready';
    this.#phase = 'closed';
    this.#socket.destroySoon();
    if (!wasReady) return;
    this.#context.turns.leave(this);
    const farewell = this.#cycles.farewell();
    if (farewell.length === 0) return;
    const nobody: Client = { settings: [], expel: () => undefined };
    const bytes = Buffer.concat([farewell, sync]);
    this.#context.turns.take(
      nobody,
      { bytes, open: false, setsConfig: false, onlyLocalSets: true, refusal: null },
      () => undefined,
    );
  }
}

/** A statement that fails with this error in the backend itself, so that an open transaction fails as it should. */
function raising(code: string, text: string): Buffer {
  return query(
    `do $refused$ begin raise exception using errcode = '${code}', message = $text$${text}$text$; end $refused$`,
  );
}

/** Settings among the parameters of a start-up packet, `options=-c name=value` included. */
function startupSettings(packet: Buffer): Settings {
  const settings = new Map<string, string>();
  for (let at = 4; at < packet.length && packet[at] !== 0;) {
    const name = readCString(packet, at);
    const value = readCString(packet, name.end);
    at = value.end;
    if (name.text === 'options') {
      for (const [, key, text] of value.text.matchAll(/(?:-c\s*|--)([\w.]+)=((?:\\.|\S)*)/g)) {
        settings.set((key ?? '').replaceAll('-', '_'), (text ?? '').replace(/\\(.)/g, '$1'));
      }
    } else if (!noSettings.has(name.text) && !name.text.startsWith('_pq_.')) {
      settings.set(name.text, value.text);
    }
  }
  return [...settings].sort(([one], [other]) => (one < other ? -1 : 1));
}
