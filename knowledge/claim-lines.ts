import type { Claim, ClaimLine } from '../schema/contracts/claims.ts';
import type { Evidence } from '../schema/contracts/evidence.ts';
import { byText } from './trust-order.ts';

export interface ClaimLinesInput {
  /** The file that builds the claims' table; null when none does. */
  readonly path: string | null;
  readonly claims: readonly Claim[];
  /** From `mergeClaims`. */
  readonly superseded: ReadonlySet<string>;
  /** The commit at which the evidence is cited: the run's. */
  readonly commit: string;
}

/** Claims of one table as lines of the ledger, ordered by field, origin and value. */
export function claimLines(input: ClaimLinesInput): ClaimLine[] {
  return [...new Map(input.claims.map((claim) => [claim.id, claim])).values()]
    .map((claim) => ({
      claim,
      order: `${claim.field} ${claim.origin} ${JSON.stringify(claim.value)} ${claim.id}`,
    }))
    .sort((a, b) => byText(a.order, b.order))
    .map(({ claim }) => ({
      table: claim.table,
      path: input.path,
      field: claim.field,
      origin: claim.origin,
      value: claim.value,
      confidence: claim.confidence,
      evidence: claim.evidence.map((item) => cited(item, input.commit)),
      superseded: input.superseded.has(claim.id),
    }));
}

/** Lines of code are cited by path and commit, which any git client can show; the rest as it is. */
function cited(evidence: Evidence, commit: string): ClaimLine['evidence'][number] {
  return evidence.kind === 'code' ? { path: evidence.path, lines: evidence.lines, commit } : evidence;
}
