import { bandNames } from '../knowledge/rank/usage-band.ts';
import type { Card } from '../schema/contracts/card.ts';

/** The card that shows most of what cards can say; null when there is none. */
export function worthShowing(cards: readonly Card[]): Card | null {
  const score = (card: Card): number =>
    (card.grain ? 3 : 0) +
    (card.description ? 2 : 0) +
    Math.min(card.joins.length, 3) +
    Math.min(card.population.length, 3) * 2 +
    Math.min(card.similar.length, 2) * 2 +
    Math.min(card.caveats.length, 2) +
    Math.min(card.queries.length, 2) +
    (card.owner ? 1 : 0) +
    (card.freshness ? 1 : 0) +
    2 * bandNames.indexOf(card.usage?.band ?? 'none') +
    2 * Math.min(card.stale.length, 1) -
    (card.deprecated ? 3 : 0) -
    (card.columns.length > 25 ? 4 : 0);
  return cards.reduce<Card | null>(
    (best, card) => (best === null || score(card) > score(best) ? card : best),
    null,
  );
}
