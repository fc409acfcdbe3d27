import type { Attribution, Card } from '../../schema/contracts/card.ts';
import type { Claim, ClaimField, Origin } from '../../schema/contracts/claims.ts';
import { personBehind, type ClaimOf } from '../trust-order.ts';

/** A claim that does not stand on the card, and the one that stands in its place. */
export interface Loss {
  readonly lost: Claim;
  /** Null: the field's rule leaves it out whatever else is said. */
  readonly kept: Claim | null;
  /** What the two disagree about: a column, a key, another table; null: the field as a whole. */
  readonly subject: string | null;
  /** What each of them says. */
  readonly words: string;
  /** Why `kept` won. */
  readonly rule: string;
  /** Whether they contradict each other. Otherwise the one that lost says the same less well, or says less. */
  readonly contradicts: boolean;
}

/** What a rule makes of all claims about one field: its part of the card, and what did not stand. */
export interface Merged<Part> {
  readonly part: Part;
  readonly losses: readonly Loss[];
}

/**
 * One field's rule. `claims` come most trusted first, without doubles. A rule is pure, and its result depends on the claims
 * alone. `words` say the rule to a person.
 */
export interface FieldRule<F extends ClaimField = ClaimField> {
  readonly field: F;
  readonly words: string;
  readonly merge: (claims: readonly ClaimOf<F>[]) => Merged<Partial<Card>>;
}

/** A rule as the list of all rules holds it, whatever its field. */
export interface AnyFieldRule {
  readonly field: ClaimField;
  readonly words: string;
  readonly merge: (claims: readonly Claim[]) => Merged<Partial<Card>>;
}

/** Picks its field's claims and hands them to the rule. */
export function rule<F extends ClaimField>(
  field: F,
  merge: FieldRule<F>['merge'],
  words: string,
): AnyFieldRule {
  return {
    field,
    words,
    merge: (claims) => merge(claims.filter((claim): claim is ClaimOf<F> => claim.field === field)),
  };
}

/** Where a statement of the card comes from. */
export function from(claim: Claim): Attribution {
  const who = personBehind(claim);
  const { id, origin, confidence } = claim;
  return { claim: id, origin, confidence, ...(who ? { person: who.person } : {}) };
}

/** By part of a statement, the origin of the claim that it is of, where that is another than `best`'s. */
export const otherOrigins = <Part extends string>(
  best: Claim,
  parts: Readonly<Record<Part, Claim | undefined>>,
): Partial<Record<Part, Origin>> =>
  Object.fromEntries(
    Object.entries<Claim | undefined>(parts).flatMap(([part, claim]) =>
      claim !== undefined && claim.origin !== best.origin ? [[part, claim.origin]] : [],
    ),
  ) as Partial<Record<Part, Origin>>;

/** Groups in order of first appearance. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** First value that is not null; null when there is none. */
export function firstKnown<T, V>(items: readonly T[], read: (item: T) => V | null | undefined): V | null {
  for (const item of items) {
    const value = read(item);
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Letter case and white space do not tell two statements apart. */
export const folded = (text: string): string => text.trim().toLowerCase().replace(/\s+/g, ' ');
