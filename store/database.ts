import { Kysely, PostgresDialect, type LogEvent, type Transaction } from 'kysely';
import pg from 'pg';
import type { Tables } from '../schema/tables.ts';
import { statementName } from './statement-name.ts';

export type Database = Kysely<Tables>;

/** A statement that was run. */
export interface Statement {
  /** Without values; see `statementName`. */
  readonly name: string;
  readonly seconds: number;
  readonly failed: boolean;
}

export interface DatabaseOptions {
  /** Connections at most. Default: 10. */
  readonly max?: number;
  /** What an operator sees in `pg_stat_activity`. Default: `tablelore`. */
  readonly applicationName?: string;
  /** Told of every statement when it has ended. */
  readonly onStatement?: (statement: Statement) => void;
}

const asNumber = (text: string) => Number(text);
const asText = (text: string) => text;
/** By Postgres type id: bigint and numeric → number, date → ISO date, timestamptz → ISO 8601 in UTC. */
const parsers = new Map<number, (text: string) => unknown>([
  [20, asNumber],
  [1700, asNumber],
  [1082, asText],
  [1184, (text) => new Date(text).toISOString()],
]);

/** Opens a pool on a Postgres server, or on the embedded database, which speaks the same protocol. Connects when first used; end it with `destroy()`. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'tablelore',
    // A server that went away without a word is noticed within half a minute, also by a statement that waits for its answer.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        (format !== 'binary' && parsers.get(oid)) ||
        (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
    },
  });
  // A connection that the server closes is replaced by the pool. Without listeners it would end the process: one for idle connections, one for those between two
  // statements of a transaction, whose next statement then fails.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const { onStatement } = options;
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    ...(onStatement
      ? {
          log: ({ level, query, queryDurationMillis }: LogEvent) =>
            onStatement({
              name: statementName(query.sql),
              seconds: queryDurationMillis / 1_000,
              failed: level === 'error',
            }),
        }
      : {}),
  });
}

/**
 * Runs `work` in the transaction that `db` is, else in a new one. Inside, use `trx` only: on the embedded database a statement on another
 * connection waits until this transaction ends.
 */
export function inTransaction<T>(db: Database, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db as Transaction<Tables>) : db.transaction().execute(work);
}
