import type { Card } from '../../schema/contracts/card.ts';
import { whyTrusted, type ClaimOf } from '../trust-order.ts';
import { firstKnown, folded, from, type Loss, type Merged } from './rule.ts';

type Freshness = ClaimOf<'freshness'>;

/** Put together from all: the schedule is the scheduler's to know, the window the code's, lateness the owner's. */
export function mergeFreshness(claims: readonly Freshness[]): Merged<Partial<Card>> {
  const best = claims[0];
  if (!best) return { part: {}, losses: [] };
  const known = <V>(read: (value: Freshness['value']) => V | null): V | null =>
    firstKnown(claims, (claim) => read(claim.value));
  const words = new Map(claims.map(({ value }) => [folded(value.words), value.words.trim()]));
  words.delete('');
  return {
    part: {
      freshness: {
        value: {
          schedule: known((value) => value.schedule),
          job: known((value) => value.job),
          window: known((value) => value.window),
          partition: known((value) => (value.partition.length > 0 ? value.partition : null)) ?? [],
          loaded_at: known((value) => value.loaded_at),
          late_after: known((value) => value.late_after),
          words: [...words.values()].join('; '),
        },
        from: from(best),
      },
    },
    losses: [
      ...disagreements(claims, 'schedule'),
      ...disagreements(claims, 'late_after'),
      ...disagreements(claims, 'window'),
    ],
  };
}

function disagreements(claims: readonly Freshness[], part: 'schedule' | 'late_after' | 'window'): Loss[] {
  const said = claims.filter(({ value }) => value[part] !== null);
  const kept = said[0];
  if (!kept) return [];
  return said
    .filter(({ value }) => value[part] !== kept.value[part])
    .map((lost) => ({
      lost,
      kept,
      subject: part.replace('_', ' '),
      words: `kept ${String(kept.value[part])}, not ${String(lost.value[part])}`,
      rule: whyTrusted(kept, lost),
      contradicts: true,
    }));
}
