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
  const found: Comparison[] = [];
  let own: Claim[] = [];
  const endTable = () => {
    const [first] = own;
    if (first) found.push(...compareDeclared(first.table, own));
    own = [];
  };
  // The ledger comes table by table, so one table's claims are held at a time.
  for await (const claim of claimsThatHold(db, repo, asOf, { field: comparedFields })) {
    if (claim.origin !== 'declared' && claim.origin !== 'derived') continue;
    if (own[0]?.table !== claim.table) endTable();
    own.push(claim);
  }
  endTable();
  return found;
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
