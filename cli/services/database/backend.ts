import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { finalStatus, parseResponse, query } from './wire.ts';
import type { TransactionStatus } from './wire.ts';

/** Session settings as [name, value] pairs, sorted; the empty list is a fresh session. */
export type Settings = readonly (readonly [string, string])[];

/** What a cycle did: the raw answer for the client and the transaction status it left; null after Flush. */
export interface Outcome {
  readonly response: Buffer;
  readonly status: TransactionStatus | null;
}

/** The backend stopped in a way it cannot recover from; the process has to be started again on the same folder. */
class BackendLostError extends Error {
  override readonly name = 'BackendLostError';
}

const readSettings = `select name, setting from pg_settings where source = 'session'
  union all select 'role', current_setting('role') where current_setting('role') <> 'none' order by 1`;

/**
 * The one Postgres backend of the embedded database: PGlite with pgvector on a folder. It knows nothing of
 * connections; `run` executes what it is given, synchronously, so calls never overlap.
 */
export class Backend {
  readonly #pglite: PGlite;
  #settings: Settings = [];

  private constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Opens `folder`, creating a database there when it is empty (about three seconds; else 0.3). */
  static async open(folder: string): Promise<Backend> {
    const backend = new Backend(await PGlite.create({ dataDir: folder, extensions: { vector } }));
    backend.select('create extension if not exists vector');
    return backend;
  }

  /** Runs whole protocol messages. Throws `BackendLostError` when the backend died of them. */
  run(messages: Buffer): Outcome {
    const chunks: Buffer[] = [];
    // The callback's bytes are a view of the WebAssembly heap, so they are copied. The call itself is synchronous; what
    // it throws is a trap in WebAssembly, which must end the process (as an unhandled rejection does).
    void this.#pglite.execProtocolRawStream(messages, {
      syncToFs: false,
      onRawData: (bytes) => chunks.push(Buffer.from(bytes)),
    });
    const response = Buffer.concat(chunks);
    if (response.includes('FATAL\0') || response.includes('PANIC\0')) {
      const { error, fatal } = parseResponse(response);
      if (fatal) throw new BackendLostError(error ?? 'unknown error');
    }
    return { response, status: finalStatus(response) };
  }

  /** Rows of one of the server's own statements. Throws on an SQL error. */
  select(sql: string): (string | null)[][] {
    const { rows, error } = parseResponse(this.run(query(sql)).response);
    if (error !== null) throw new Error(error);
    return rows;
  }

  /** The session settings that differ from a fresh session's; read after a client has changed some. */
  readSettings(): Settings {
    this.#settings = this.select(readSettings).map(([name, value]) => [name ?? '', value ?? ''] as const);
    return this.#settings;
  }

  /** Makes `settings` the session's (20 µs, nothing when they are so already). Throws on one that is not valid. */
  useSettings(settings: Settings): void {
    if (sameSettings(settings, this.#settings)) return;
    this.select('reset role');
    this.select('reset all');
    this.#settings = [];
    const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    const calls = settings.map(([name, value]) => `set_config(${quote(name)}, ${quote(value)}, false)`);
    if (calls.length > 0) this.select(`select ${calls.join(', ')}`);
    this.#settings = settings;
  }

  /** Settings that a server reports to each new connection. */
  reportedSettings(): Settings {
    const names = `'server_version','server_encoding','client_encoding','DateStyle','IntervalStyle','TimeZone',
      'integer_datetimes','standard_conforming_strings','in_hot_standby','default_transaction_read_only','is_superuser'`;
    return this.select(`select name, setting from pg_settings where name in (${names})`).map(
      ([name, value]) => [name ?? '', value ?? ''] as const,
    );
  }

  /** Writes everything to disk and ends the backend. */
  async close(): Promise<void> {
    await this.#pglite.close();
  }
}

function sameSettings(one: Settings, other: Settings): boolean {
  return (
    one.length === other.length &&
    one.every(([name, value], index) => other[index]?.[0] === name && other[index][1] === value)
  );
}
