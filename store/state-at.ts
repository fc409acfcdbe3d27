import { sql, type RawBuilder } from 'kysely';
import type { SetStage } from '../schema/contracts/stages.ts';

/** SQL: the set of each table and stage as of the end of the night of `asOf` (`table_id`, `stage`, `set_id`); null where the table is retired. */
export function stateAt(
  repo: string,
  asOf: string,
  only: { readonly stages?: readonly SetStage[]; readonly tables?: readonly string[] | undefined } = {},
): RawBuilder<unknown> {
  const { stages, tables } = only;
  return sql`
    select distinct on (table_id, stage) table_id, stage, set_id from tablelore.pointer
    where repo = ${repo} and as_of <= ${asOf}
      ${stages ? sql`and stage = any(${[...stages]}::text[])` : sql``}
      ${tables ? sql`and table_id = any(${[...tables]}::text[])` : sql``}
    order by table_id, stage, as_of desc`;
}
