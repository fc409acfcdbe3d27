import { sql } from 'kysely';

/**
 * SQL: joins the version `v` of the card that set `s`, of stage `card`, names. Looked up set by set: the planner takes the columns of the key for independent of
 * each other, expects one row of a join by them, and then goes through all tables of the other side for each.
 */
export const joinCardOfSet = sql`cross join lateral (
  select found.* from tablelore.card_version found
  where found.repo = s.repo and found.table_id = s.table_id and found.hash = s.output_hash
  limit 1) as v`;
