/**
 * Statements whose effect belongs to a Postgres session. All clients of the embedded database share one session, so
 * these would reach other clients, or (advisory locks) succeed for everybody. They are refused with an error that
 * says what to do instead. This guards against mistakes; it is no security boundary.
 *
 * `SET`, `RESET` and `set_config` of Postgres' own settings are allowed, since they are kept per connection (see
 * backend.ts). Settings that an application invents (`app.user`) are local to a transaction only: the backend has no
 * list of them from which they could be kept.
 */

/** A refused statement: SQLSTATE and message. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

const start = String.raw`(?:^|;)(?:\s|--[^\n]*\n|/\*[^]*?\*/)*`;

const refused: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${start}(?:un)?listen\\b`, 'i'), 'LISTEN is not supported: poll a table instead'],
  [
    new RegExp(`${start}(?:prepare|deallocate)\\b`, 'i'),
    'PREPARE and DEALLOCATE in SQL are not supported: use named statements of the wire protocol',
  ],
  [new RegExp(`${start}discard\\b`, 'i'), 'DISCARD is not supported: use RESET ALL'],
  [
    new RegExp(`${start}copy\\b[^;]*\\bfrom\\s+stdin\\b`, 'i'),
    'COPY FROM STDIN is not supported: insert from unnest or JSON',
  ],
  [
    new RegExp(`${start}set\\s+(?:session\\s+)?(?!local\\b)\\w+\\.\\w`, 'i'),
    'a setting with a dot in its name must be SET LOCAL, in a transaction',
  ],
  [
    /\bset_config\s*\((?!\s*'\w+'\s*,)(?![^;]*?,\s*true\s*\))/i,
    'a setting with a dot in its name must be set by set_config(…, …, true), in a transaction',
  ],
  [
    /\bcreate\s+(?:(?:local|global)\s+)?temp(?:orary)?\b(?![^]*\bon\s+commit\s+drop\b)/i,
    'temporary tables must be created ON COMMIT DROP, in a transaction',
  ],
  [
    /\bdeclare\b[^;]*\bwith\s+hold\b/i,
    'cursors WITH HOLD are not supported: read the cursor in its transaction',
  ],
  [
    /\bpg_(?:try_)?advisory_(?:un)?lock(?:_shared|_all)?\s*\(/i,
    'session advisory locks always succeed here: use pg_advisory_xact_lock or a row lock, in a transaction',
  ],
];

/** Bodies of functions: what they do is their own, and their `execute` or `listen` starts no statement of SQL. */
const dollarQuoted = /\$([A-Za-z_]\w*)?\$[^]*?\$\1\$/g;

/** Why the embedded database does not run `sql`; null when it does. */
export function refusalOf(sql: string): Refusal | null {
  const statements = sql.replace(dollarQuoted, "''");
  const hit = refused.find(([pattern]) => pattern.test(statements));
  return hit === undefined ? null : { code: '0A000', message: `embedded database: ${hit[1]}` };
}
