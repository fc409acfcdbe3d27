import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson } from '../knowledge/canonical-json.ts';
import type { SetStage, StageResult } from '../schema/contracts/stages.ts';
import { claimList, saveLists } from './claim-lists.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, pack, recordset, slices, storableText, unpack } from './json.ts';

/** Names one table's result of one stage. */
export interface SetKey {
  readonly table: string;
  readonly stage: SetStage;
  readonly inputHash: string;
}

export interface StoredSet {
  readonly setId: number;
  /** SHA-256 (hex) of the output as canonical JSON. */
  readonly outputHash: string;
}

export interface SavedSet extends StoredSet {
  readonly table: string;
  readonly stage: SetStage;
}

/** Key of `findSets`' answer. */
export function setKey({ table, stage, inputHash }: SetKey): string {
  return `${stage}\n${inputHash}\n${storableText(table)}`;
}

/** Sets that are stored already, by `setKey`. */
export async function findSets(
  db: Database,
  repo: string,
  keys: readonly SetKey[],
): Promise<Map<string, StoredSet>> {
  const found = new Map<string, StoredSet>();
  for (const batch of jsonBatches(keys)) {
    const { rows } = await sql<SetKey & StoredSet>`
      select s.table_id as "table", s.stage, s.input_hash as "inputHash", s.id as "setId", s.output_hash as "outputHash"
      from ${recordset(batch, 'k', '"table" text, stage text, "inputHash" text')}
      join tablelore.claim_set s on s.repo = ${repo} and s.table_id = k."table" and s.stage = k.stage
        and s.input_hash = k."inputHash"`.execute(db);
    for (const { setId, outputHash, ...key } of rows) found.set(setKey(key), { setId, outputHash });
  }
  return found;
}

/**
 * Stores results with their claims, in one transaction. A result whose (table, stage, input hash) is stored already keeps the first one's claims and
 * output, whose ids and hash are returned; so a stage that runs twice leaves the same rows. In the order of `results`.
 */
export async function saveStageResults(
  db: Database,
  repo: string,
  results: readonly StageResult[],
): Promise<SavedSet[]> {
  const lists = results.map((result) => claimList(result.claims));
  const rows = results.map((result, index) => ({
    table: result.table,
    stage: result.stage,
    inputHash: result.inputHash,
    list: lists[index]?.hash,
    output: pack(result.output),
    outputHash: outputHash(result.output),
  }));
  // In one order for all, so that two writers of the same rows wait for each other instead of deadlocking.
  rows.sort((a, b) => (setKey(a) < setKey(b) ? -1 : 1));
  await inTransaction(db, async (trx) => {
    await saveLists(trx, lists);
    for (const batch of jsonBatches(rows)) {
      await sql`
        insert into tablelore.claim_set (repo, table_id, stage, input_hash, claim_list, output, output_hash)
        select ${repo}, r."table", r.stage, r."inputHash", r.list, decode(r.output, 'base64'), r."outputHash"
        from ${recordset(batch, 'r', '"table" text, stage text, "inputHash" text, list text, output text, "outputHash" text')}
        on conflict (repo, table_id, stage, input_hash) do nothing`.execute(trx);
    }
  });
  const stored = await findSets(db, repo, results);
  return results.map(({ table, stage, inputHash }) => {
    const set = stored.get(setKey({ table, stage, inputHash }));
    if (!set) throw new Error(`The ${stage} result of ${table} is gone right after it was stored.`);
    return { table, stage, ...set };
  });
}

/** Outputs by set id. Ids that do not exist are absent. */
export async function readOutputs<Output = unknown>(
  db: Database,
  setIds: readonly number[],
): Promise<Map<number, { readonly output: Output; readonly outputHash: string }>> {
  const found = new Map<number, { output: Output; outputHash: string }>();
  for (const some of slices(setIds, 1_000)) {
    const rows = await db
      .selectFrom('tablelore.claim_set')
      .select(['id', 'output', 'output_hash'])
      .where('id', '=', sql<number>`any(${[...some]}::bigint[])`)
      .execute();
    for (const row of rows) {
      found.set(row.id, { output: unpack(row.output) as Output, outputHash: row.output_hash });
    }
  }
  return found;
}

/** Outputs by table, in the order of `sets`, which tells what tables point at. */
export async function outputsByTable<Output>(
  db: Database,
  sets: ReadonlyMap<string, { readonly setId: number }>,
): Promise<Map<string, Output>> {
  const outputs = await readOutputs<Output>(db, [...sets.values()].map(({ setId }) => setId)); // prettier-ignore
  return new Map(
    [...sets].flatMap(([table, { setId }]) => {
      const found = outputs.get(setId);
      return found === undefined ? [] : [[table, found.output] as const];
    }),
  );
}

/** What `outputHash` of a stored set is for this output. */
export function outputHash(output: unknown): string {
  return createHash('sha256').update(canonicalJson(output)).digest('hex');
}
