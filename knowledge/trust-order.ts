import type { Claim, ClaimField } from '../schema/contracts/claims.ts';

/** A claim about one field. */
export type ClaimOf<F extends ClaimField> = Extract<Claim, { field: F }>;

/** Levels of trust, best first: the order of merge unless a field has its own rule. */
const authorities = ['person', 'declared', 'derived', 'observed', 'inferred'] as const;
export type Authority = (typeof authorities)[number];

/** The newest person behind a claim; null when no person stands behind it. `date` is an ISO date. */
export function personBehind(claim: Claim): { person: string; date: string } | null {
  if (claim.origin !== 'declared') return null;
  let newest: { person: string; date: string } | null = null;
  for (const item of claim.evidence) {
    if (item.kind === 'person' && (newest === null || item.date > newest.date)) {
      newest = { person: item.person, date: item.date };
    }
  }
  return newest;
}

export function authorityOf(claim: Claim): Authority {
  return personBehind(claim) ? 'person' : claim.origin;
}

/** Rank of a claim's authority; lower is trusted more. */
export const rankOf = (claim: Claim): number => authorities.indexOf(authorityOf(claim));

/** Order of plain code units: the same on every machine, unlike a locale's order. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Most trusted first. Among people's notes: those whose cited code still stands before stale ones, then the newest. Among others: the
 * more confident. Ids break the last tie, so that the order never depends on how claims arrive.
 */
export function byTrust(stale: ReadonlySet<string>): (a: Claim, b: Claim) => number {
  return (a, b) =>
    rankOf(a) - rankOf(b) ||
    Number(stale.has(a.id)) - Number(stale.has(b.id)) ||
    byText(personBehind(b)?.date ?? '', personBehind(a)?.date ?? '') ||
    b.confidence - a.confidence ||
    byText(a.id, b.id);
}

/** Why `kept` stands before `lost`, in words. */
export function whyTrusted(kept: Claim, lost: Claim): string {
  const [best, other] = [authorityOf(kept), authorityOf(lost)];
  if (best === 'person' && other === 'person')
    return 'among notes of people the newest that still fits the code wins';
  if (best === other) return `both are ${best}: the more confident one wins`;
  return `${authorityWords[best]} stands before ${authorityWords[other]}`;
}

const authorityWords: Readonly<Record<Authority, string>> = {
  person: "a person's word",
  declared: 'what is declared in code',
  derived: 'what follows from the code',
  observed: 'what was observed',
  inferred: "a model's reading",
};
