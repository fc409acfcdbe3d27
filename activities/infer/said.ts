/** What is declared and proved about tables, as far as it decides whether the model is asked anew. */
import type { SetStage } from '../../schema/contracts/stages.ts';
import { claimHashes } from '../../store/claim-set-hashes.ts';
import type { Database } from '../../store/database.ts';
import { readPointers } from '../../store/pointers.ts';
import type { RunHandle } from '../contract.ts';
import { hashOf } from '../hash.ts';

/** Stages that say something about a table without the model and without logs. */
export const saying = ['link', 'derive', 'annotate'] as const satisfies readonly SetStage[];

/** A hash of it by table; a table of which nothing is said is absent. */
export async function saidHashes(
  db: Database,
  { repo, asOf }: Pick<RunHandle, 'repo' | 'asOf'>,
  tables: readonly string[],
): Promise<Map<string, string>> {
  const sets = tables.length === 0 ? [] : await readPointers(db, repo, asOf, { stages: saying, tables });
  const hashes = await claimHashes(db, sets.map(({ setId }) => setId)); // prettier-ignore
  const byTable = Map.groupBy(sets, ({ table }) => table);
  return new Map(
    [...byTable].map(([table, of]) => [table, hashOf(of.map(({ setId }) => hashes.get(setId)))]),
  );
}
