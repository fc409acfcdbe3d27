import type { Claim } from '../schema/contracts/claims.ts';
import { setStages } from '../schema/contracts/stages.ts';
import { readClaims } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { readPointers } from '../store/pointers.ts';

/** Every claim about a table that holds as of the end of a night, each once, those that the card leaves out included. */
export async function claimsOf(
  db: Database,
  { repo, asOf, table }: { readonly repo: string; readonly asOf: string; readonly table: string },
): Promise<Claim[]> {
  const stages = setStages.filter((stage) => stage !== 'card' && stage !== 'rank');
  const sets = await readPointers(db, repo, asOf, { stages, tables: [table] });
  const claims = await readClaims(
    db,
    sets.map(({ setId }) => setId),
  );
  return [...new Map([...claims.values()].flat().map((claim) => [claim.id, claim])).values()];
}
