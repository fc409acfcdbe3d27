import { sql } from 'kysely';
import type { SetStage } from '../schema/contracts/stages.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset, slices } from './json.ts';
import { holdRepo } from './repos.ts';
import { stateAt } from './state-at.ts';

/** From the as-of date on, the table's stage has this set; null: it has none, the table is retired. */
export interface PointerChange {
  readonly table: string;
  readonly stage: SetStage;
  readonly setId: number | null;
}

/** Set ids of one stage by table, as they stood at the end of the night of `asOf`. Retired tables are absent. */
export async function currentPointers(
  db: Database,
  repo: string,
  asOf: string,
  stage: SetStage,
  tables?: readonly string[],
): Promise<Map<string, number>> {
  const rows = await readPointers(db, repo, asOf, { stages: [stage], ...(tables && { tables }) });
  return new Map(rows.map((row) => [row.table, row.setId]));
}

/** The same for several stages (default: all) and tables (default: all), by table and stage. */
export async function readPointers(
  db: Database,
  repo: string,
  asOf: string,
  only: { readonly stages?: readonly SetStage[]; readonly tables?: readonly string[] } = {},
): Promise<{ table: string; stage: SetStage; setId: number }[]> {
  const { rows } = await sql<{ table: string; stage: SetStage; setId: number }>`
    select table_id as "table", stage, set_id as "setId" from (${stateAt(repo, asOf, only)}) as state
    where set_id is not null
    order by table_id, stage`.execute(db);
  return rows;
}

/** Every set that a table's stage ever had, oldest first: from which as-of date on, and null where it had none. */
export async function pointerHistory(
  db: Database,
  repo: string,
  table: string,
  stage: SetStage,
): Promise<{ asOf: string; setId: number | null }[]> {
  return db
    .selectFrom('tablelore.pointer')
    .select(['as_of as asOf', 'set_id as setId'])
    .where('repo', '=', repo)
    .where('table_id', '=', table)
    .where('stage', '=', stage)
    .orderBy('as_of')
    .execute();
}

/**
 * Sets what tables point at from the night of `asOf` on, up to the next night: the state of every other night stays what it was. Where the next
 * night only inherited the state that changes now, it gets a row of its own that says what it had. Changes that change nothing leave no rows.
 * Throws where a set does not exist (any more).
 */
export async function pointTables(
  db: Database,
  repo: string,
  asOf: string,
  changes: readonly PointerChange[],
): Promise<void> {
  if (changes.length === 0) return;
  // The last change of a table's stage counts.
  const distinct = new Map(changes.map((change) => [`${change.stage}\n${change.table}`, change]));
  await inTransaction(db, async (trx) => {
    await holdRepo(trx, repo);
    await expectSets(trx, distinct.values());
    await sql`insert into tablelore.night (repo, as_of) values (${repo}, ${asOf}) on conflict do nothing`.execute(
      trx,
    );
    const next = await trx
      .selectFrom('tablelore.night')
      .select((row) => row.fn.min('as_of').as('asOf'))
      .where('repo', '=', repo)
      .where('as_of', '>', asOf)
      .executeTakeFirst();
    for (const batch of jsonBatches(distinct.values()))
      await pointBatch(trx, repo, asOf, next?.asOf ?? null, batch);
  });
}

/** Nothing may point at a set that `dropNights` took away since it was found; trying again makes it anew. */
async function expectSets(trx: Database, changes: Iterable<PointerChange>): Promise<void> {
  const ids = new Set([...changes].flatMap(({ setId }) => (setId === null ? [] : [setId])));
  for (const some of slices([...ids])) {
    const { rows } = await sql<{ found: number }>`
      select count(*)::int as found from tablelore.claim_set where id = any(${[...some]}::bigint[])`.execute(
      trx,
    );
    if (rows[0]?.found !== some.length)
      throw new Error('Results were dropped with old nights while they were about to be used again. Trying again makes them anew.'); // prettier-ignore
  }
}

/** Rows are found one by one through the primary key: without statistics of a new night the planner would compare all with all. */
async function pointBatch(trx: Database, repo: string, asOf: string, next: string | null, batch: string) {
  const rowAt = (date: string | null) => sql`
    select p.ctid, p.set_id from tablelore.pointer p
    where p.repo = ${repo} and p.table_id = c.table_id and p.stage = c.stage and p.as_of = ${date}::date limit 1`;
  await sql`
    with change as materialized (
      select c.*, earlier.set_id as earlier, case when here.ctid is null then earlier.set_id else here.set_id end as was,
        here.ctid as here_row, later.ctid as later_row, later.set_id as later
      from (
        select "table" as table_id, stage, "setId" as set_id
        from ${recordset(batch, 'r', '"table" text, stage text, "setId" bigint')}
      ) as c
      left join lateral (
        select p.set_id from tablelore.pointer p
        where p.repo = ${repo} and p.table_id = c.table_id and p.stage = c.stage and p.as_of < ${asOf}::date
        order by p.as_of desc limit 1
      ) as earlier on true
      left join lateral (${rowAt(asOf)}) as here on true
      left join lateral (${rowAt(next)}) as later on true
    ), keep_next as (
      insert into tablelore.pointer (repo, table_id, stage, as_of, set_id)
      select ${repo}, table_id, stage, ${next}::date, was from change
      where ${next}::date is not null and later_row is null and was is distinct from set_id
    ), drop_redundant as (
      delete from tablelore.pointer
      where ctid = any(array(
        select later_row from change where later_row is not null and later is not distinct from set_id
        union all
        select here_row from change where here_row is not null and earlier is not distinct from set_id
      ))
    )
    insert into tablelore.pointer (repo, table_id, stage, as_of, set_id)
    select ${repo}, table_id, stage, ${asOf}::date, set_id from change
    where earlier is distinct from set_id
    on conflict (repo, table_id, stage, as_of) do update set set_id = excluded.set_id
    where pointer.set_id is distinct from excluded.set_id`.execute(trx);
}
