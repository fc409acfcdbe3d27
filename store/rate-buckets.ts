import { sql, type RawBuilder } from 'kysely';
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
  /**
   * Who draws. Turned away, it is the next: others get what it leaves, so a large draw gets its turn however many small ones come. One that does not come back
   * in the time that the bucket takes to fill loses it. Absent: whoever comes takes what there is.
   */
  readonly who?: string;
}

/**
 * Takes the amounts from all buckets, or from none. Returns 0 when they were taken, else the milliseconds after which to ask again. By the database's
 * clock.
 */
export async function reserve(db: Database, draws: readonly BucketDraw[]): Promise<number> {
  return inTransaction(db, async (trx) => {
    const states = await statesOf(trx, draws);
    const waitMs = Math.max(0, ...states.map(waitFor));
    for (const state of states) {
      if (waitMs === 0) await take(trx, state.draw.name, state.draw.amount + beyond(state.draw));
      await queue(trx, state, waitMs);
    }
    return waitMs;
  });
}

/** What `reserve` would return; takes nothing. */
export const roomIn = (db: Database, draws: readonly BucketDraw[]): Promise<number> =>
  inTransaction(db, async (trx) => Math.max(0, ...(await statesOf(trx, draws)).map(waitFor)));

/** In one order for all, so that two that need the same buckets do not wait for each other. */
const inOrder = (draws: readonly BucketDraw[]): BucketDraw[] =>
  draws.toSorted((a, b) => (a.name < b.name ? -1 : 1));

interface State {
  /** As the server allows it. */
  readonly draw: BucketDraw;
  readonly holds: number;
  /** What is kept for somebody else, who is next. */
  readonly before: number;
  /** Who draws next; null: whoever comes. */
  readonly next: string | null;
}

async function statesOf(trx: Database, draws: readonly BucketDraw[]): Promise<State[]> {
  const states: State[] = [];
  for (const wanted of inOrder(draws)) {
    const draw = await asAllowed(trx, wanted);
    const { tokens, next, amount } = await refill(trx, draw);
    const before = next === null || next === draw.who ? 0 : (amount ?? 0);
    states.push({ draw, holds: tokens, before, next });
  }
  return states;
}

/**
 * What somebody draws who waits for a bucket to hold more than its capacity. So much is saved up before and owed behind, so that neither the minute before
 * such a draw nor the one behind it holds more than a minute may.
 */
const beyond = ({ amount, capacity, limit, who }: BucketDraw): number =>
  who === undefined ? 0 : Math.max(0, Math.min(amount, limit) - capacity);

/** What the bucket has to hold for a draw. */
const needed = (draw: BucketDraw): number => Math.min(draw.amount, draw.capacity + beyond(draw));

/** Milliseconds; 0: there is room. */
function waitFor({ draw, holds, before }: State): number {
  const missing = needed(draw) + before - holds;
  return missing > 0 ? Math.ceil((missing / draw.refillPerSecond) * 1_000) : 0;
}

/** Who is turned away is next, if nobody is; who drew is so no longer. */
async function queue(trx: Database, state: State, waitMs: number): Promise<void> {
  const { draw, next } = state;
  const ownMs = waitFor(state);
  const drawn = waitMs === 0;
  const concerns = drawn ? next === draw.who : ownMs > 0 && (next === null || next === draw.who);
  if (draw.who === undefined || !concerns) return;
  const patience = ownMs / 1_000 + draw.capacity / draw.refillPerSecond;
  await sql`update tablelore.rate_bucket
    set next_draw = ${drawn ? null : draw.who}, next_amount = ${drawn ? null : needed(draw)}::double precision,
      next_until = ${drawn ? null : sql`clock_timestamp() + make_interval(secs => ${patience})`}
    where name = ${draw.name}`.execute(trx);
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
    await sql`update tablelore.rate_bucket as b
      set tokens = least(${refilled(sql`b.capacity`)}, ${remaining}::double precision), updated_at = clock_timestamp()
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
    limit: draw.limit * share,
    capacity: Math.max(Math.min(1, draw.capacity), draw.capacity * share),
    refillPerSecond: draw.refillPerSecond * share,
  };
}

interface Held {
  readonly tokens: number;
  /** Who draws next, and how much; null: whoever comes. */
  readonly next: string | null;
  readonly amount: number | null;
}

/** Brings the bucket up to now and returns what it holds. */
async function refill(trx: Database, { name, capacity, refillPerSecond }: BucketDraw): Promise<Held> {
  const { rows } = await sql<Held>`
    insert into tablelore.rate_bucket as b (name, tokens, capacity, refill_per_second, updated_at)
    values (${name}, ${capacity}, ${capacity}, ${refillPerSecond}, clock_timestamp())
    on conflict (name) do update set
      tokens = ${refilled(sql`excluded.capacity`)},
      capacity = excluded.capacity, refill_per_second = excluded.refill_per_second, updated_at = clock_timestamp()
    returning tokens, case when next_until > clock_timestamp() then next_draw end as next, next_amount as amount`.execute(
    trx,
  );
  return rows[0] ?? { tokens: 0, next: null, amount: null };
}

/** What a bucket `b` holds by now: its capacity at most, or what is saved up for who is next. */
const refilled = (capacity: RawBuilder<unknown>) => sql`
  least(greatest(${capacity}, case when b.next_until > clock_timestamp() then b.next_amount end),
    b.tokens + greatest(0, extract(epoch from clock_timestamp() - b.updated_at)) * b.refill_per_second)`;

async function take(db: Database, name: string, amount: number): Promise<void> {
  await sql`update tablelore.rate_bucket set tokens = least(capacity, tokens - ${amount}::double precision)
    where name = ${name}`.execute(db);
}
