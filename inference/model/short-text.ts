import type { NewClaim } from '../../schema/contracts/claims.ts';
import { valueText } from './claim-text.ts';

/** Fields that a short text is made of. */
export const shortFields = ['description', 'deprecated', 'grain', 'population'] as const;
const maxCharacters = 600;

/**
 * A table in a few words, for the dossiers of those that read it: what people declared and what was proved, in the order of the claims. Nothing
 * observed or inferred is in it, so an answer of the model about one table never changes the question about another. Empty: nothing is known.
 */
export function shortText(claims: readonly NewClaim[]): string {
  const known = claims.filter(({ origin }) => origin === 'declared' || origin === 'derived');
  const parts = shortFields.flatMap((field) =>
    known.filter((claim) => claim.field === field).map((claim) => `${field}: ${valueText(claim)}`),
  );
  const text = [...new Set(parts)].join(' · ');
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1).trimEnd()}…`;
}
