import type { Backend, Settings } from './backend.ts';
import type { Cycle } from './cycle.ts';
import { query, sync } from './wire.ts';

/** A client of the backend, as far as taking turns goes. */
export interface Client {
  /** Its session settings; replaced after it has changed them. */
  settings: Settings;
  /** Called when it kept the backend from others too long without sending anything. Must close the connection. */
  expel(code: string, message: string): void;
}

interface Turn {
  readonly client: Client;
  readonly cycle: Cycle;
  readonly answer: (response: Buffer) => void;
}

/** `SET` and `RESET` as CommandComplete messages. */
const settingTags = [Buffer.from('C\0\0\0\x08SET\0'), Buffer.from('C\0\0\0\x0aRESET\0')];

/**
 * Hands the one backend to clients in turn. A client keeps it from the first cycle of a transaction until the backend
 * reports that it is idle again; everyone else waits in the order of arrival.
 *
 * A client that waits for a second connection of its own while its first is in a transaction would wait for ever:
 * after `idleLimitMs` without a message the holder is expelled and its transaction rolled back.
 */
export class Turns {
  readonly #backend: Backend;
  readonly #idleLimitMs: number;
  readonly #onLost: (error: unknown) => void;
  #queue: Turn[] = [];
  #holder: Client | null = null;
  /** The holder is between Flush and Sync. */
  #open = false;
  #settingsTouched = false;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;

  /** `onLost` is told when the backend is gone; nothing runs after that. */
  constructor(backend: Backend, idleLimitMs: number, onLost: (error: unknown) => void) {
    this.#backend = backend;
    this.#idleLimitMs = idleLimitMs;
    this.#onLost = onLost;
  }

  /** Queues a cycle; `answer` gets the backend's whole response. */
  take(client: Client, cycle: Cycle, answer: (response: Buffer) => void): void {
    this.#queue.push({ client, cycle, answer });
    this.#schedule();
  }

  /** The client has gone: what it still had queued is dropped, its transaction rolled back. */
  leave(client: Client): void {
    this.#queue = this.#queue.filter((turn) => turn.client !== client);
    if (this.#holder === client) this.#rollBack();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // One turn per event-loop round, so that answers leave and messages arrive between two long statements.
    setImmediate(() => {
      this.#scheduled = false;
      this.#runNext();
    });
  }

  #runNext(): void {
    clearTimeout(this.#timer);
    const holder = this.#holder;
    const at = holder === null ? 0 : this.#queue.findIndex((turn) => turn.client === holder);
    const turn = this.#queue[at];
    if (turn === undefined) {
      if (holder !== null && this.#queue.length > 0)
        this.#timer = setTimeout(() => this.#expel(holder), this.#idleLimitMs);
      return;
    }
    this.#queue.splice(at, 1);
    try {
      this.#run(turn);
    } catch (error) {
      this.#queue = [];
      this.#onLost(error);
      return;
    }
    if (this.#queue.length > 0 || this.#holder !== null) this.#schedule();
  }

  #run({ client, cycle, answer }: Turn): void {
    if (this.#holder === null && !this.#applySettings(client)) return;
    const { response, status } = this.#backend.run(cycle.bytes);
    this.#settingsTouched ||=
      cycle.setsConfig || (!cycle.onlyLocalSets && settingTags.some((tag) => response.includes(tag)));
    this.#open = cycle.open;
    this.#holder = cycle.open || status !== 'I' ? client : null;
    if (this.#holder === null && this.#settingsTouched) {
      this.#settingsTouched = false;
      client.settings = this.#backend.readSettings();
    }
    answer(response);
  }

  #applySettings(client: Client): boolean {
    try {
      this.#backend.useSettings(client.settings);
      return true;
    } catch (error) {
      client.expel('22023', error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  #expel(holder: Client): void {
    if (this.#holder !== holder) return;
    this.#rollBack();
    holder.expel(
      '25P03',
      `embedded database: this connection kept a transaction open for ${this.#idleLimitMs} ms without sending ` +
        'anything while others waited. It was rolled back. Inside a transaction use its own connection for every query.',
    );
    this.#schedule();
  }

  #rollBack(): void {
    try {
      if (this.#open) this.#backend.run(sync);
      this.#backend.run(query('rollback'));
      this.#holder = null;
      this.#open = false;
      if (this.#settingsTouched) this.#backend.readSettings();
      this.#settingsTouched = false;
    } catch (error) {
      this.#onLost(error);
    }
  }
}
