import type { Card } from '../../schema/contracts/card.ts';
import { authorityOf, byText, whyTrusted, type ClaimOf } from '../trust-order.ts';
import { folded, from, type Merged } from './rule.ts';

type Owner = ClaimOf<'owner'>;

/** Nearest to the table first: who is named for the table itself, then for its job, its folder, its last change. */
const sources = [
  'annotation',
  'meta',
  'config',
  'group',
  'dag',
  'exposure',
  'code',
  'codeowners',
  'committer',
] as const;
/** Sources that name an owner of this very table; the others are only where to ask when nobody is named. */
const naming: ReadonlySet<string> = new Set(['annotation', 'meta', 'config', 'group']);

/** Several owners of the best source own the table together; of people's notes only the newest counts. */
export function mergeOwner(claims: readonly Owner[]): Merged<Partial<Card>> {
  const [kept, ...others] = [...claims].sort((a, b) => rankOfSource(a) - rankOfSource(b));
  if (!kept) return { part: {}, losses: [] };
  const together = others.filter(
    (claim) => claim.value.source === kept.value.source && authorityOf(claim) !== 'person',
  );
  const beside = authorityOf(kept) === 'person' ? [] : together;
  const owners = new Map([kept, ...beside].map(({ value }) => [folded(value.owner), value.owner]));
  const owner = [...owners.values()].sort(byText).join(', ');
  return {
    part: { owner: { value: { ...kept.value, owner }, from: from(kept) } },
    losses: others
      .filter(({ value }) => !owners.has(folded(value.owner)))
      .map((lost) => ({
        lost,
        kept,
        subject: null,
        words: `kept ${owner} (${kept.value.source}), not ${lost.value.owner} (${lost.value.source})`,
        rule:
          rankOfSource(kept) === rankOfSource(lost)
            ? whyTrusted(kept, lost)
            : `an owner from ${kept.value.source} stands before one from ${lost.value.source}`,
        contradicts: naming.has(kept.value.source) && naming.has(lost.value.source),
      })),
  };
}

const rankOfSource = (claim: Owner): number =>
  authorityOf(claim) === 'person' ? -1 : sources.indexOf(claim.value.source);
