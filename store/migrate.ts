import { sql } from 'kysely';
import { migrations, type Migration } from '../schema/migrations/index.ts';
import { inTransaction, type Database } from './database.ts';

/** Any number that only tablelore uses: the key of the lock on the schema. */
const schemaLock = 7_461_626_101;

/**
 * Holds the schema until the transaction ends. On the embedded database the lock itself always succeeds, but there only one transaction runs at a
 * time, so it is held all the same.
 */
export async function lockSchema(trx: Database): Promise<void> {
  await sql`select pg_advisory_xact_lock(${schemaLock}::bigint)`.execute(trx);
}

/**
 * Brings the database's schema up to date and returns the names of the steps taken; none when it already was. Safe when several start at once: the
 * others wait and find nothing to do. Steps that a later version took are left alone. Needs the right to create a schema, and to create the extension
 * `vector` unless it exists; where nothing is to be done, the right to read `tablelore.migration`.
 */
export async function migrate(db: Database): Promise<readonly string[]> {
  if ((await missingSteps(db)).length === 0) return [];
  return inTransaction(db, async (trx) => {
    await lockSchema(trx);
    await sql`create schema if not exists tablelore`.execute(trx);
    await sql`create extension if not exists vector`.execute(trx);
    await sql`create table if not exists tablelore.migration (
      name text primary key, applied_at timestamptz not null default now())`.execute(trx);
    await sql`alter table tablelore.migration add column if not exists breaking boolean not null default false`.execute(
      trx,
    );
    const missing = await missingSteps(trx);
    for (const migration of missing) {
      await sql.raw(migration.sql).execute(trx);
      await trx
        .insertInto('tablelore.migration')
        .values({ name: migration.name, breaking: migration.breaking === true })
        .execute();
    }
    return missing.map((migration) => migration.name);
  });
}

/** Steps of a later version that the database has taken: those that this version cannot go on with, and all. */
export async function laterSteps(
  db: Database,
): Promise<{ readonly all: readonly string[]; readonly breaking: readonly string[] }> {
  const known = new Set(migrations.map((migration) => migration.name));
  const { rows } = await sql<{ name: string; breaking: boolean | null }>`
    select name, (to_jsonb(m)->>'breaking')::boolean as breaking from tablelore.migration m order by name`.execute(
    db,
  );
  const later = rows.filter(({ name }) => !known.has(name));
  return {
    all: later.map(({ name }) => name),
    breaking: later.flatMap(({ name, breaking }) => (breaking === true ? [name] : [])),
  };
}

/** Steps that the database has not taken. */
export async function missingSteps(db: Database): Promise<readonly Migration[]> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('tablelore.migration') is not null as there`.execute(db);
  if (!rows[0]?.there) return migrations;
  const applied = await db.selectFrom('tablelore.migration').select('name').execute();
  const names = new Set(applied.map((row) => row.name));
  return migrations.filter((migration) => !names.has(migration.name));
}
