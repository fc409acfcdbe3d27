import type { Card } from '../../schema/contracts/card.ts';
import { byText, rankOf, whyTrusted, type ClaimOf } from '../trust-order.ts';
import { folded, from, groupBy, type Loss, type Merged } from './rule.ts';

type Join = ClaimOf<'join'>;

/**
 * Joins on the same columns are one join. A declared relationship says that a join exists and seldom how many rows it finds, so
 * the cardinality comes from the most trusted claim that knows it.
 */
export function mergeJoins(claims: readonly Join[]): Merged<Partial<Card>> {
  const losses: Loss[] = [];
  const groups = [...groupBy(claims, ({ value }) => nameOf(value)).values()];
  const joins = groups.map((group) => {
    const best = group[0] as Join;
    const known = group.filter(({ value }) => value.cardinality !== 'unknown');
    const kept = known[0];
    const path = group.find(({ value }) => value.to_path !== null)?.value.to_path ?? null;
    if (kept) {
      losses.push(
        ...known
          .filter(({ value }) => value.cardinality !== kept.value.cardinality)
          .map((lost) => ({
            lost,
            kept,
            subject: `${kept.value.columns.join(', ')} → ${kept.value.to}`,
            words: `kept ${kept.value.cardinality}, not ${lost.value.cardinality}`,
            rule: whyTrusted(kept, lost),
            contradicts: true,
          })),
      );
    }
    return {
      best,
      value: { ...best.value, cardinality: kept?.value.cardinality ?? ('unknown' as const), to_path: path },
    };
  });
  joins.sort(
    (a, b) =>
      rankOf(a.best) - rankOf(b.best) ||
      b.best.confidence - a.best.confidence ||
      byText(nameOf(a.value), nameOf(b.value)),
  );
  return { part: { joins: joins.map(({ best, value }) => ({ value, from: from(best) })) }, losses };
}

/** The other table and the pairs of columns, whatever their order. */
function nameOf(join: Join['value']): string {
  const pairs = join.columns.map((column, i) => `${folded(column)}=${folded(join.to_columns[i] ?? '')}`);
  return `${join.to} ${pairs.sort(byText).join(' ')}`;
}
