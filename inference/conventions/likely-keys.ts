/** The key of each table that people would most likely test, by its names, by what the code proves, and by how the repository's other tables are keyed. */
import { globsOf, namesakesOf } from './globs.ts';
import { keyCandidates, type Candidate } from './key-candidates.ts';
import { keyText } from './standing.ts';

export interface KeyedTable {
  readonly table: string;
  /** In order. */
  readonly columns: readonly string[];
  /** Nothing stands before the first of them. */
  readonly firstKnown: boolean;
  /** Keys that tests or constraints declare; empty: nobody says. */
  readonly tested: readonly (readonly string[])[];
  /** Keys that follow from the code. */
  readonly derived: readonly { readonly columns: readonly string[]; readonly proved: boolean }[];
  /** Keys that follow if joins and unions do what they are mostly written for. */
  readonly likely: readonly (readonly string[])[];
}

/** An assumption, whatever the code proves beside it. */
export interface LikelyKey {
  readonly columns: readonly string[];
  /** How often such a key is the one that people test: over 0.75, at most 0.97. */
  readonly confidence: number;
  readonly because: string;
}

/** Tested tables that have a key's columns, and those of them that are tested to be keyed so. */
interface Count {
  readonly offered: number;
  readonly support: number;
}

/** How many tables a belief is worth: one about a manner of naming, and one about a key. */
const mannerWeight = 6;
const keyWeight = 2;
/** Fewer tables say nothing. */
const leastOthers = 2;
const least = 0.75;
/** Nothing that nobody tests is surer than this. */
const most = 0.97;

/**
 * By table; those of which nothing is likely enough are left out. What is tested of a table does not count for the table itself. A belief that begins with how the
 * column is named is corrected by how often such names are keys in the repository, then in the table's catalog, its schema, among tables with its name's
 * words, and among its namesakes in other schemas; then by the tables with the same columns, in the same order.
 */
export function likelyKeys(tables: readonly KeyedTable[]): Map<string, LikelyKey> {
  const candidates = keyCandidates(tables);
  const counts = new Map<string, Count>();
  const seen = tables.map((table) => ({ table, kinds: [...globsOf(table.table), ...namesakesOf(table.table)], own: new Set(table.tested.map(keyText)), keys: candidates(table) })); // prettier-ignore
  for (const { keys, kinds, own } of seen)
    if (own.size > 0)
      for (const candidate of keys)
        for (const name of namesOf(candidate, kinds)) add(counts, name, own.has(candidate.key));
  const found = new Map<string, LikelyKey>();
  for (const { table, keys, kinds, own } of seen) {
    const best = keys
      .map((candidate) => weigh(candidate, kinds, (name) => others(counts.get(name), own, candidate.key)))
      .sort((a, b) => b.confidence - a.confidence || a.columns.length - b.columns.length)[0];
    if (best && best.confidence > least) found.set(table.table, best);
  }
  return found;
}

const nameOfKey = ({ counted, key }: Candidate, kind: string): string => `${kind}\n${counted}\n${key}`;

const nameOfManner = ({ standing }: Candidate, kind: string): string => `${kind}\n${standing}`;

const namesOf = (candidate: Candidate, kinds: readonly string[]): string[] => [
  candidate.manner,
  candidate.standing,
  ...kinds.flatMap((kind) => [nameOfManner(candidate, kind), nameOfKey(candidate, kind)]),
];

function add(counts: Map<string, Count>, name: string, holds: boolean): void {
  const { offered, support } = counts.get(name) ?? nobody;
  counts.set(name, { offered: offered + 1, support: support + (holds ? 1 : 0) });
}

const nobody: Count = { offered: 0, support: 0 };

/** Without the table itself, which is counted if it is tested. */
const others = (count: Count = nobody, own: ReadonlySet<string>, key: string): Count =>
  own.size === 0 ? count : { offered: count.offered - 1, support: count.support - (own.has(key) ? 1 : 0) };

function weigh(candidate: Candidate, kinds: readonly string[], countOf: (name: string) => Count): LikelyKey {
  const { columns, manner, standing, prior, judge } = candidate;
  const byName = corrected(prior, countOf(manner), mannerWeight);
  let confidence = corrected(judge(byName), countOf(standing), mannerWeight);
  let before = countOf(standing);
  for (const kind of kinds) {
    const count = countOf(nameOfManner(candidate, kind));
    if (count.offered < leastOthers || count.offered === before.offered) continue;
    confidence = corrected(confidence, count, mannerWeight);
    before = count;
  }
  let told = { kind: '', ...nobody };
  for (const kind of kinds) {
    const count = countOf(nameOfKey(candidate, kind));
    const same = count.offered === told.offered && count.support === told.support;
    if (count.offered < leastOthers || same) continue;
    confidence = corrected(confidence, count, keyWeight);
    told = { kind, ...count };
  }
  const named = countOf(manner);
  const what = columns.join(', ');
  return {
    columns,
    confidence: Math.min(most, Math.round(confidence * 100) / 100),
    because:
      told.offered > 0
        ? `${what} is the tested key of ${told.support} of the ${told.offered} other tested tables ${told.kind} that have it so`
        : `${what} is named like a key: ${named.offered > 0 ? `${named.support} of ${named.offered} columns named so are the tested key of another table` : 'no test of another table says so'}`, // prettier-ignore
  };
}

const corrected = (belief: number, { offered, support }: Count, weight: number): number =>
  (support + weight * belief) / (offered + weight);
