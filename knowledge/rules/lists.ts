import type { Card } from '../../schema/contracts/card.ts';
import { authorityOf, byText, type ClaimOf } from '../trust-order.ts';
import { firstKnown, folded, from, groupBy, otherOrigins, type Merged } from './rule.ts';

const maxSimilar = 5;

/** Caveats never cancel each other: all stand, people's first. */
export function mergeCaveats(claims: readonly ClaimOf<'caveat'>[]): Merged<Partial<Card>> {
  const groups = groupBy(
    claims.filter(({ value }) => value.text.trim() !== ''),
    ({ value }) => folded(value.text),
  );
  const caveats = [...groups.values()].flatMap((group) => group.slice(0, 1));
  return {
    part: { caveats: caveats.map((claim) => ({ value: claim.value.text.trim(), from: from(claim) })) },
    losses: [],
  };
}

export function mergeConsumers(claims: readonly ClaimOf<'consumer'>[]): Merged<Partial<Card>> {
  const groups = groupBy(claims, ({ value }) => `${value.kind} ${folded(value.name)}`);
  const consumers = [...groups.values()].map((group) => ({
    kind: group[0]?.value.kind ?? '',
    name: group[0]?.value.name ?? '',
    owner: firstKnown(group, ({ value }) => value.owner),
  }));
  return {
    part: { consumers: consumers.sort((a, b) => byText(a.kind, b.kind) || byText(a.name, b.name)) },
    losses: [],
  };
}

/** The most trusted word about each look-alike stands; those that a person names come first, then the most alike. */
export function mergeSimilar(claims: readonly ClaimOf<'similar'>[]): Merged<Partial<Card>> {
  const similar = [...groupBy(claims, ({ value }) => value.table).values()].flatMap((group) => {
    const best = group[0];
    if (!best) return [];
    const told = group.find(({ value }) => value.differences.length > 0);
    const ruled = group.find(({ value }) => value.rule !== null);
    const value = {
      ...best.value,
      differences: told?.value.differences ?? [],
      rule: ruled?.value.rule ?? null,
      origin: best.origin,
      ...otherOrigins(best, { told, ruled }),
    };
    return [{ pinned: authorityOf(best) === 'person', value }];
  });
  similar.sort(
    (a, b) =>
      Number(b.pinned) - Number(a.pinned) ||
      b.value.likeness - a.value.likeness ||
      byText(a.value.table, b.value.table),
  );
  return { part: { similar: similar.slice(0, maxSimilar).map(({ value }) => value) }, losses: [] };
}
