import type { Attribution, Card } from '../../schema/contracts/card.ts';
import { authorityOf, whyTrusted, type ClaimOf } from '../trust-order.ts';
import { clip } from '../plain-text.ts';
import { folded, from, type Loss, type Merged } from './rule.ts';

type TextField = 'description' | 'purpose' | 'deprecated';

/**
 * One text stands. Two people, or a person and the code, that say different things are a conflict; a model's wording beside a
 * written one is only another wording.
 */
export function mergeText<F extends TextField>(
  field: F,
): (claims: readonly ClaimOf<F>[]) => Merged<Partial<Card>> {
  return (all) => {
    const claims = (all as readonly ClaimOf<TextField>[]).filter((claim) => claim.value.text.trim() !== '');
    const [kept, ...others] = claims;
    if (!kept) return { part: {}, losses: [] };
    const losses: Loss[] = others
      .filter((claim) => folded(claim.value.text) !== folded(kept.value.text))
      .map((lost) => ({
        lost,
        kept,
        subject: null,
        words: `kept ‘${clip(kept.value.text, 80)}’, not ‘${clip(lost.value.text, 80)}’`,
        rule: whyTrusted(kept, lost),
        contradicts: authorityOf(kept) === 'person' && lost.origin === 'declared',
      }));
    const known: { value: string; from: Attribution } = { value: kept.value.text.trim(), from: from(kept) };
    return { part: { [field]: known }, losses };
  };
}
