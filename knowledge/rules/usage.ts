import type { Card } from '../../schema/contracts/card.ts';
import type { ClaimOf } from '../trust-order.ts';
import type { Merged } from './rule.ts';

/** The figures come with the merge's input, counted from logs; here only what others say about use is turned away. */
export function mergeUsage(claims: readonly ClaimOf<'usage'>[]): Merged<Partial<Card>> {
  const observed = claims.find((claim) => claim.origin === 'observed') ?? null;
  return {
    part: {},
    losses: claims
      .filter((claim) => claim.origin !== 'observed')
      .map((lost) => ({
        lost,
        kept: observed,
        subject: null,
        words: `left out: ${lost.value.band}, ${lost.value.trend}`,
        rule: 'use is counted from query logs and from nothing else',
        contradicts: observed !== null && observed.value.band !== lost.value.band,
      })),
  };
}
