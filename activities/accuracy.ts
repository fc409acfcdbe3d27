/** Declared claims beside derived ones, over a whole repository. */
import { agrees, comparedFields, compareDeclared, type Comparison } from '../knowledge/compare-declared.ts';
import type { Claim } from '../schema/contracts/claims.ts';
import type { RunReport } from '../schema/contracts/runs.ts';
import type { Database } from '../store/database.ts';
import { readLedger, type LedgerEntry } from '../store/claims.ts';

type Accuracy = RunReport['accuracy'];

export async function measureAccuracy(db: Database, repo: string, asOf: string): Promise<Accuracy> {
  return accuracyOf(await readComparisons(db, repo, asOf));
}

/** All comparisons as of the end of the night of `asOf`, by table. */
export async function readComparisons(db: Database, repo: string, asOf: string): Promise<Comparison[]> {
  const claims = new Map<string, Claim[]>();
  // All fields in one: each page of the ledger costs a look at every claim that holds.
  for await (const claim of claimsThatHold(db, repo, asOf, { field: comparedFields })) {
    if (claim.origin !== 'declared' && claim.origin !== 'derived') continue;
    const own = claims.get(claim.table);
    if (own) own.push(claim);
    else claims.set(claim.table, [claim]);
  }
  return [...claims]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([table, own]) => compareDeclared(table, own));
}

const page = 20_000;

async function* claimsThatHold(
  db: Database,
  repo: string,
  asOf: string,
  filter: Parameters<typeof readLedger>[3],
): AsyncGenerator<Claim> {
  let after: LedgerEntry | null = null;
  do {
    const entries: LedgerEntry[] = await readLedger(db, repo, asOf, filter, after, page);
    for (const { claim } of entries) yield claim;
    after = entries.length < page ? null : (entries.at(-1) ?? null);
  } while (after !== null);
}

/** Pure. */
export function accuracyOf(comparisons: readonly Comparison[]): Accuracy {
  const count = (field: Comparison['field']): Accuracy['keys'] => {
    const own = comparisons.filter((comparison) => comparison.field === field);
    const compared = own.filter(({ verdict }) => verdict !== 'none');
    return {
      compared: compared.length,
      agree: compared.filter(agrees).length,
      notDerived: own.length - compared.length,
    };
  };
  return { keys: count('grain'), joins: count('join'), lineage: count('upstream') };
}
