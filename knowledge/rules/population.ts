import type { Card } from '../../schema/contracts/card.ts';
import { byText, rankOf, type ClaimOf } from '../trust-order.ts';
import { folded, from, groupBy, type Merged } from './rule.ts';

/** All predicates hold together, so all stand; the same predicate is named once, in the most trusted claim's words. */
export function mergePopulation(claims: readonly ClaimOf<'population'>[]): Merged<Partial<Card>> {
  const groups = [...groupBy(claims, ({ value }) => folded(value.sql || value.words)).values()];
  const population = groups.flatMap((group) => {
    const best = group[0];
    if (!best) return [];
    const words = group.find(({ value }) => value.words.trim() !== '')?.value.words ?? '';
    return [{ best, value: { ...best.value, words } }];
  });
  population.sort(
    (a, b) =>
      rankOf(a.best) - rankOf(b.best) ||
      byText(a.value.sql, b.value.sql) ||
      byText(a.value.words, b.value.words),
  );
  return {
    part: { population: population.map(({ best, value }) => ({ value, from: from(best) })) },
    losses: [],
  };
}
