/** What the model is told about one table, item by item. Pure: the same inputs give the same bytes. */
import type { ClaimField, NewClaim } from '../../schema/contracts/claims.ts';
import { claimLines, flat } from './claim-text.ts';
import { excerpt, numberedLines, wantedLines, type DossierFile } from './excerpt.ts';
import type { Span } from './shown.ts';
import { fairShares } from './shares.ts';
import { cutLines, estimateTokens, fitting } from './tokens.ts';

export interface DossierInput {
  readonly table: string;
  /** The file that builds it; null when several or none do. */
  readonly path: string | null;
  readonly kind: string;
  readonly write: string | null;
  /** Declared and derived claims of the table, in a fixed order. */
  readonly claims: readonly NewClaim[];
  readonly upstream: readonly { readonly table: string; readonly text: string }[];
  readonly similar: readonly { readonly table: string; readonly text: string }[];
  /** Files that build it first, then files that declare something about it. */
  readonly files: readonly DossierFile[];
  /** Coarse: `hundreds`; null when no logs are known. */
  readonly usageBand: string | null;
}

export interface DossierItem {
  readonly title: string;
  readonly text: string;
  /** The lines of a file that it shows; absent: none. */
  readonly shown?: readonly Span[];
}

/** Shares of the budget. What one part leaves free, the files may use. */
const openShare = 0.05;
const claimShare = 0.3;
const upstreamShare = 0.15;
const similarShare = 0.1;

/** The items, each to be one message. Together about `budget` tokens at most, unless single lines are huge. */
export function assembleDossier(input: DossierInput, budget: number): DossierItem[] {
  const claims = input.claims.filter(isTelling).sort(byWeight);
  const items = [
    aboutItem(input),
    openItem(claims, budget * openShare),
    listItem('Known', claimLines(claims), budget * claimShare),
    listItem('Reads', input.upstream.map(told), budget * upstreamShare),
    listItem('Look-alikes', input.similar.map(told), budget * similarShare),
  ].filter((item) => item !== null);
  const room = budget - items.reduce((sum, item) => sum + estimateTokens(item.text), 0);
  return [...items, ...fileItems(input.files, room)];
}

/** In this order claims are told, so that what a long list loses is its columns, and of those the ones of which only a type is known. */
const weightiest = [
  ...['deprecated', 'caveat', 'description', 'purpose', 'grain', 'population'],
  ...['freshness', 'owner', 'join', 'consumer', 'column'],
] as readonly ClaimField[];

/** Kind and use stand above; lineage of columns is long, and the code tells it better. */
const isTelling = ({ field }: NewClaim): boolean => weightiest.includes(field);
const byWeight = (a: NewClaim, b: NewClaim): number =>
  weightiest.indexOf(a.field) - weightiest.indexOf(b.field) || Number(isBare(a)) - Number(isBare(b));

const isBare = (claim: NewClaim): boolean =>
  claim.field === 'column' && claim.value.description === null && claim.value.values === null;

function aboutItem({ table, path, kind, write, usageBand }: DossierInput): DossierItem {
  const lines = [
    `Table: ${flat(table)}`,
    `Kind: ${[kind, write].filter((part) => part !== null).join(', ')}`,
    ...(path === null ? [] : [`Built by: ${flat(path)}`]),
    ...(usageBand === null ? [] : [`Queries a week: ${usageBand}`]),
  ];
  return { title: 'About', text: lines.join('\n') };
}

/** Fields of the ledger for which nothing is known yet, beside those that only reading tells. */
function openItem(claims: readonly NewClaim[], tokens: number): DossierItem {
  const known = new Set<string>(claims.map(({ field }) => field));
  const open = ['description', 'grain', 'join', 'population', 'freshness', 'owner'].filter(
    (field) => !known.has(field),
  );
  const described = new Set(
    claims.flatMap((claim) =>
      claim.field === 'column' && claim.value.description !== null ? [claim.value.column.toLowerCase()] : [],
    ),
  );
  const columns = claims.flatMap((claim) => (claim.field === 'column' ? [claim.value.column] : []));
  const undescribed = [...new Set(columns)]
    .filter((column) => !described.has(column.toLowerCase()))
    .map(flat);
  const named = undescribed.slice(0, fitting(undescribed, tokens));
  const more = undescribed.length - named.length;
  const lines = [
    `Nothing is known of: ${open.join(', ') || 'no field'}`,
    ...(undescribed.length === 0
      ? []
      : [`Columns without a description: ${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`]),
  ];
  return { title: 'Open', text: lines.join('\n') };
}

function listItem(title: string, entries: readonly string[], tokens: number): DossierItem | null {
  if (entries.length === 0) return null;
  const lines = cutLines(
    [...new Set(entries)].map((entry) => `- ${entry}`),
    tokens,
  );
  return { title, text: `${title}:\n${lines.join('\n')}` };
}

const told = ({ table, text }: { table: string; text: string }): string =>
  `${flat(table)}${text === '' ? '' : `: ${flat(text)}`}`;

/** Each file, or as much of it as its share of the room. The first one may take as much as all others together. */
function fileItems(files: readonly DossierFile[], room: number): DossierItem[] {
  const wanted = files.map((file) => estimateTokens(numberedLines(file, wantedLines(file)).join('\n')));
  const weights = files.map((_, index) => (index === 0 ? Math.max(1, files.length - 1) : 1));
  const shares = fairShares(wanted, weights, room);
  return files.map((file, index) => {
    const { text, shown } = excerpt(file, Math.max(shares[index] ?? 0, leastOfFile));
    return { title: flat(file.path), text: `File ${flat(file.path)}:\n${text}`, shown };
  });
}

const leastOfFile = 50;
