import { cardVersion, type Attribution, type Card, type Conflict } from '../schema/contracts/card.ts';
import { claimFields, type Claim, type ClaimField } from '../schema/contracts/claims.ts';
import { mergeRules } from './merge-rules.ts';
import { notMade } from './rules/columns.ts';
import { from, type Loss } from './rules/rule.ts';
import { byText, byTrust, personBehind } from './trust-order.ts';

/** Raised when merge may give another card for the same claims. */
export const mergeVersion = 5;

/** All that is known of one table. */
export interface MergeInput {
  readonly repo: string;
  readonly table: string;
  /** The file that builds it; null for tables that no file builds. */
  readonly path: string | null;
  /** What link found; `kind` claims that are trusted stand before it. */
  readonly kind: string;
  readonly write: string | null;
  /** The code names all of its columns. */
  readonly allColumns: boolean;
  /** Claims of all sets, in any order, doubles allowed. */
  readonly claims: readonly Claim[];
  /** Tables that read it, in any order. */
  readonly downstream: readonly string[];
  /** Counted from query logs; null: no logs, or never used. */
  readonly usage: Card['usage'];
  /** Fingerprints of the queries worth imitating, best first. */
  readonly queries: readonly string[];
  /** Ids of people's claims whose cited code changed after they were written. */
  readonly stale: ReadonlySet<string>;
}

export interface MergeResult {
  readonly card: Card;
  /** Ids of the claims that do not stand on the card. */
  readonly superseded: ReadonlySet<string>;
}

const downstreamShown = 50;

/** The claims of one table as its card. Pure; the same claims in any order give the same card. */
export function mergeCard(input: MergeInput): Card {
  return mergeClaims(input).card;
}

/** Like `mergeCard`, and says which claims lost. */
export function mergeClaims(input: MergeInput): MergeResult {
  const all = [...new Map(input.claims.map((claim) => [claim.id, claim])).values()].sort(
    byTrust(input.stale),
  );
  const undone = input.allColumns ? notMade(all.filter((claim) => claim.field === 'column')) : [];
  const left = new Set(undone.map(({ lost }) => lost.id));
  const claims = all.filter((claim) => !left.has(claim.id));
  const merged = mergeRules.map((rule) => rule.merge(claims));
  const losses = [...undone, ...merged.flatMap(({ losses }) => losses)];
  const downstream = [...new Set(input.downstream)].sort(byText);
  const card: Card = {
    ...blank(input),
    ...(Object.assign({}, ...merged.map(({ part }) => part)) as Partial<Card>),
    downstream: downstream.slice(0, downstreamShown),
    downstreamCount: downstream.length,
    usage: input.usage,
    queries: [...input.queries],
    conflicts: conflictsOf(losses),
    stale: staleNotes(claims, input.stale),
  };
  card.unknown = claimFields.filter((field) => isUnknown(card, field));
  const standing = new Set(attributions(card).map(({ claim }) => claim));
  const superseded = new Set(losses.map(({ lost }) => lost.id).filter((id) => !standing.has(id)));
  return { card, superseded };
}

function blank(input: MergeInput): Card {
  return {
    version: cardVersion,
    table: input.table,
    path: input.path,
    repo: input.repo,
    kind: input.kind,
    write: input.write,
    description: null,
    purpose: null,
    grain: null,
    columns: [],
    joins: [],
    upstream: [],
    downstream: [],
    downstreamCount: 0,
    lineage: [],
    population: [],
    freshness: null,
    owner: null,
    similar: [],
    caveats: [],
    deprecated: null,
    consumers: [],
    usage: null,
    queries: [],
    conflicts: [],
    stale: [],
    unknown: [],
  };
}

function conflictsOf(losses: readonly Loss[]): Conflict[] {
  return losses.flatMap(({ lost, kept, subject, words, rule, contradicts }) =>
    contradicts && kept
      ? [{ field: lost.field, subject, kept: from(kept), lost: from(lost), words, rule }]
      : [],
  );
}

function staleNotes(claims: readonly Claim[], stale: ReadonlySet<string>): Card['stale'] {
  return claims
    .filter((claim) => stale.has(claim.id))
    .map((claim) => {
      const who = personBehind(claim);
      const note = who ? `${who.person}’s note of ${who.date}` : 'a note';
      return {
        claim: claim.id,
        words: `${note} on ${claim.field.replace('_', ' ')}: the code it cites has changed since`,
      };
    });
}

/** Fields where nothing said means nothing there, not nothing known. */
const mayBeEmpty: ReadonlySet<ClaimField> = new Set(['similar', 'caveat', 'deprecated', 'consumer']);

function isUnknown(card: Card, field: ClaimField): boolean {
  if (mayBeEmpty.has(field)) return false;
  const values: Partial<Record<ClaimField, unknown>> = {
    kind: card.kind === 'unknown' ? null : card.kind || null,
    description: card.description,
    purpose: card.purpose,
    column: card.columns,
    grain: card.grain,
    join: card.joins,
    upstream: card.upstream,
    column_lineage: card.lineage,
    population: card.population,
    freshness: card.freshness,
    owner: card.owner,
    usage: card.usage,
  };
  const value = values[field];
  return value === null || (Array.isArray(value) && value.length === 0);
}

function attributions(card: Card): Attribution[] {
  const single = [card.description, card.purpose, card.grain, card.freshness, card.owner, card.deprecated];
  const many = [...card.joins, ...card.population, ...card.caveats];
  return [...single, ...many].flatMap((known) => (known ? [known.from] : []));
}
