import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';

/** A token bucket that all workers share: it holds `capacity` at most and refills by `refillPerSecond`. */
export interface BucketDraw {
  readonly name: string;
  /** What is allowed in a minute. Where a server allows less, capacity and refill are lowered by as much. */
  readonly limit: number;
  readonly capacity: number;
  readonly refillPerSecond: number;
  /** More than the capacity waits for a full bucket and leaves a debt. */
  readonly amount: number;
}

/**
 * Takes the amounts from all buckets, or from none. Returns 0 when they were taken, else the milliseconds after which to ask again. By the database's
 * clock.
 */
export async function reserve(db: Database, draws: readonly BucketDraw[]): Promise<number> {
  return inTransaction(db, async (trx) => {
    const waitMs = await untilRoom(trx, draws);
    if (waitMs === 0) for (const { name, amount } of inOrder(draws)) await take(trx, name, amount);
    return waitMs;
  });
}

/** What `reserve` would return; takes nothing. */
export const roomIn = (db: Database, draws: readonly BucketDraw[]): Promise<number> =>
  inTransaction(db, (trx) => untilRoom(trx, draws));

/** In one order for all, so that two that need the same buckets do not wait for each other. */
const inOrder = (draws: readonly BucketDraw[]): BucketDraw[] =>
  draws.toSorted((a, b) => (a.name < b.name ? -1 : 1));

async function untilRoom(trx: Database, draws: readonly BucketDraw[]): Promise<number> {
  let waitMs = 0;
  for (const wanted of inOrder(draws)) {
    const draw = await asAllowed(trx, wanted);
    const missing = Math.min(draw.amount, draw.capacity) - (await refill(trx, draw));
    if (missing > 0) waitMs = Math.max(waitMs, Math.ceil((missing / draw.refillPerSecond) * 1_000));
  }
  return waitMs;
}

/** Puts right what was reserved once the true amount is known. */
export async function settle(db: Database, name: string, reserved: number, used: number): Promise<void> {
  if (reserved !== used) await take(db, name, used - reserved);
}

/**
 * Takes over what a server says: no more is left than it says, and if it allows less a minute than the bucket was made for, the bucket is held to that
 * from the next draw on.
 */
export async function lower(
  db: Database,
  name: string,
  { limit, remaining }: { readonly limit: number | null; readonly remaining: number | null },
): Promise<void> {
  if (remaining !== null)
    await sql`update tablelore.rate_bucket
      set tokens = least(tokens, ${remaining}::double precision), updated_at = clock_timestamp()
      where name = ${name}`.execute(db);
  if (limit !== null && limit > 0)
    await sql`insert into tablelore.setting (name, value) values (${serverLimit(name)}, ${String(limit)})
      on conflict (name) do update set value = excluded.value where setting.value <> excluded.value`.execute(
      db,
    );
}

/** Keeps a bucket that gives one at a time from giving any for so long, from now on: what it had refilled until now is gone. */
export async function hold(db: Database, name: string, ms: number): Promise<void> {
  await sql`update tablelore.rate_bucket
    set tokens = least(tokens, 1 - refill_per_second * ${ms / 1_000}::double precision), updated_at = clock_timestamp()
    where name = ${name}`.execute(db);
}

const serverLimit = (name: string): string => `limit:${name}`;

/** The draw as the server allows it: its limit a minute, where that is the lower one. */
async function asAllowed(db: Database, draw: BucketDraw): Promise<BucketDraw> {
  const row = await db
    .selectFrom('tablelore.setting')
    .select('value')
    .where('name', '=', serverLimit(draw.name))
    .executeTakeFirst();
  const share = row === undefined ? 1 : Number(row.value) / draw.limit;
  if (!(share < 1)) return draw;
  // A bucket that holds less than one gives none.
  return {
    ...draw,
    capacity: Math.max(Math.min(1, draw.capacity), draw.capacity * share),
    refillPerSecond: draw.refillPerSecond * share,
  };
}

/** Brings the bucket up to now and returns what it holds. */
async function refill(trx: Database, { name, capacity, refillPerSecond }: BucketDraw): Promise<number> {
  const { rows } = await sql<{ tokens: number }>`
    insert into tablelore.rate_bucket as b (name, tokens, capacity, refill_per_second, updated_at)
    values (${name}, ${capacity}, ${capacity}, ${refillPerSecond}, clock_timestamp())
    on conflict (name) do update set
      tokens = least(excluded.capacity,
        b.tokens + greatest(0, extract(epoch from clock_timestamp() - b.updated_at)) * b.refill_per_second),
      capacity = excluded.capacity, refill_per_second = excluded.refill_per_second, updated_at = clock_timestamp()
    returning tokens`.execute(trx);
  return rows[0]?.tokens ?? 0;
}

async function take(db: Database, name: string, amount: number): Promise<void> {
  await sql`update tablelore.rate_bucket set tokens = least(capacity, tokens - ${amount}::double precision)
    where name = ${name}`.execute(db);
}
