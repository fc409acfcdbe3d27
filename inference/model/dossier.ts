/** What the model is told about one table, item by item. Pure: the same inputs give the same bytes. */
import type { NewClaim } from '../../schema/contracts/claims.ts';
import { claimLine, flat } from './claim-text.ts';
import { numberedLine, spansOf, type Span } from './shown.ts';
import { cutLines, estimateTokens, fitting } from './tokens.ts';

export interface DossierFile {
  readonly path: string;
  /** The whole file, redacted, without line ends. */
  readonly lines: readonly string[];
  /** The lines that are about the table, 1-based and inclusive; shown first where the file is too long. */
  readonly spans: readonly (readonly [from: number, to: number])[];
}

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
const claimShare = 0.3;
const upstreamShare = 0.15;
const similarShare = 0.1;
const contextLines = 10;

/** The items, each to be one message. Together about `budget` tokens at most, unless single lines are huge. */
export function assembleDossier(input: DossierInput, budget: number): DossierItem[] {
  const fixed = [aboutItem(input), openItem(input)];
  const items = [
    ...fixed,
    listItem('Known', input.claims.map(claimLine), budget * claimShare),
    listItem('Reads', input.upstream.map(told), budget * upstreamShare),
    listItem('Look-alikes', input.similar.map(told), budget * similarShare),
  ].filter((item) => item !== null);
  let room = budget - items.reduce((sum, item) => sum + estimateTokens(item.text), 0);
  const files: DossierItem[] = [];
  input.files.forEach((file, index) => {
    const share = room / (input.files.length - index);
    const item = fileItem(file, Math.max(share, 50));
    room -= estimateTokens(item.text);
    files.push(item);
  });
  return [...items, ...files];
}

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
function openItem({ claims }: DossierInput): DossierItem {
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
  const undescribed = [...new Set(columns)].filter((column) => !described.has(column.toLowerCase()));
  const lines = [
    `Nothing is known of: ${open.join(', ') || 'no field'}`,
    ...(undescribed.length === 0 ? [] : [`Columns without a description: ${flat(undescribed.join(', '))}`]),
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

/** The file, or as much as fits of what is nearest to the table. */
function fileItem(file: DossierFile, tokens: number): DossierItem {
  const numbers = file.lines.map((_, index) => index + 1);
  const show = (number: number) => numberedLine(number, file.lines[number - 1] ?? '');
  const whole = estimateTokens(numbers.map(show).join('\n')) <= tokens;
  const wanted = whole ? numbers : nearest(numbers, file);
  const texts = wanted.map(show);
  const kept = whole ? wanted.length : fitting(texts, tokens);
  const lines = whole ? texts : cutLines(texts, tokens);
  return {
    title: flat(file.path),
    text: `File ${flat(file.path)}:\n${lines.join('\n')}`,
    shown: spansOf(file.path, wanted.slice(0, kept)),
  };
}

/** The lines that are about the table with some around them; all lines where that is not known. */
function nearest(numbers: readonly number[], { spans }: DossierFile): readonly number[] {
  if (spans.length === 0) return numbers;
  const near = numbers.filter((number) =>
    spans.some(([from, to]) => number >= from - contextLines && number <= to + contextLines),
  );
  return near.length === 0 ? numbers : near;
}
