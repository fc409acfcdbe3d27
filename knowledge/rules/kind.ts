import type { Card } from '../../schema/contracts/card.ts';
import { whyTrusted, type ClaimOf } from '../trust-order.ts';
import type { Merged } from './rule.ts';

/** The most trusted kind stands; how it is written comes from the most trusted claim of that kind that says it. */
export function mergeKind(claims: readonly ClaimOf<'kind'>[]): Merged<Partial<Card>> {
  const kept = claims[0];
  if (!kept) return { part: {}, losses: [] };
  const same = claims.filter((claim) => claim.value.kind === kept.value.kind);
  return {
    part: {
      kind: kept.value.kind,
      ...(same.some((claim) => claim.value.write !== null)
        ? { write: same.find((claim) => claim.value.write !== null)?.value.write ?? null }
        : {}),
    },
    losses: claims
      .filter((claim) => claim.value.kind !== kept.value.kind)
      .map((lost) => ({
        lost,
        kept,
        subject: null,
        words: `kept ${kept.value.kind}, not ${lost.value.kind}`,
        rule: whyTrusted(kept, lost),
        contradicts: true,
      })),
  };
}
