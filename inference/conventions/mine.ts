/** Conventions that a repository's own tests show: sources of a kind that are all keyed alike. */
import picomatch from 'picomatch';
import { globsOf } from './globs.ts';
import type { Witness } from './witness.ts';

export interface Convention {
  /** Glob over table ids. */
  readonly tables: string;
  readonly key: readonly string[];
  readonly support: readonly Witness[];
  /** Sources of the kind that have these columns and are tested to be unique on others. */
  readonly exceptions: readonly Witness[];
}

/** The key that a source has by a convention that nobody accepted. */
export interface AssumedKey {
  /** The narrowest kind with support. */
  readonly tables: string;
  readonly key: readonly string[];
  readonly support: number;
  readonly exceptions: number;
  /** How often such a key is right. */
  readonly confidence: number;
}

const leastSupport = 3;

/** Each source counts once a convention. Best supported first; every convention that the tests show, also where one contains another. */
export function findConventions(witnesses: readonly Witness[]): Convention[] {
  const sources = Map.groupBy(witnesses, ({ source }) => source);
  const candidates = new Map<string, { tables: string; key: readonly string[] }>();
  for (const { source, key } of witnesses)
    for (const tables of globsOf(source)) candidates.set(JSON.stringify([tables, key]), { tables, key });
  return [...candidates.values()]
    .map(({ tables, key }): Convention => {
      const matches = picomatch(tables);
      const support: Witness[] = [];
      const exceptions: Witness[] = [];
      for (const [source, own] of sources) {
        if (!matches(source)) continue;
        const { same, other } = told(own, key);
        if (same) support.push(same);
        else if (other) exceptions.push(other);
      }
      return { tables, key, support, exceptions };
    })
    .filter(({ support, exceptions }) => support.length >= leastSupport && support.length > exceptions.length)
    .sort(
      (a, b) =>
        b.support.length - a.support.length ||
        a.exceptions.length - b.exceptions.length ||
        (a.tables < b.tables ? -1 : 1),
    );
}

/**
 * Conventions worth accepting: few that say all that is known. From the widest down; one that a wider one says already is left out, unless that has
 * exceptions which it does without.
 */
export function proposals(conventions: readonly Convention[]): Convention[] {
  const kept: Convention[] = [];
  for (const one of conventions) {
    if (shareOf(one) < leastShare) continue;
    const sources = new Set(one.support.map(({ source }) => source));
    const said = kept.some(
      (other) =>
        other.key.join() === one.key.join() &&
        [...sources].every((source) => other.support.some((witness) => witness.source === source)),
    );
    if (!said) kept.push(one);
  }
  return kept;
}

const leastShare = 0.9;
const shareOf = ({ support, exceptions }: Convention): number =>
  support.length / (support.length + exceptions.length);

/** What is believed of a key that is common in the repository before anything of its kind is counted, and how many sources that belief is worth. */
const prior = 0.75;
const weight = 2;
const leastOthers = 2;
const leastConfidence = 0.5;
/** Nothing that nobody accepted is surer than this. */
const most = 0.97;

/** Of the witnesses of one source: one that has the key; else one that has its columns, and another key. */
function told(
  own: readonly Witness[],
  key: readonly string[],
): { readonly same?: Witness | undefined; readonly other?: Witness | undefined } {
  const same = own.find((witness) => witness.key.join() === key.join());
  return same ? { same } : { other: own.find(({ columns }) => key.every((name) => columns.includes(name))) };
}

type Source = readonly [source: string, own: readonly Witness[]];

/**
 * Tells the key of a source, by how the others are keyed: first all of them, then those of its catalog, its schema, its name's words, each of which corrects what the wider
 * one says. What is tested of the source, and of models that pass it through, is left out: a table's key must not follow from its own test. Null where too few
 * others are tested.
 */
export function keyAssumer(witnesses: readonly Witness[]): (source: string) => AssumedKey | null {
  const all = [...Map.groupBy(witnesses, ({ source }) => source)];
  const ownOf = new Map(all);
  const keys = [
    ...new Map(all.flatMap(([, own]) => own.map(({ key }) => [key.join(), key] as const))).values(),
  ];
  const known = new Map<string, Kind>();
  const ofKind = (tables: string): Kind => {
    const before = known.get(tables);
    if (before !== undefined) return before;
    const matches = picomatch(tables);
    const found = new Kind(tables, all.filter(([source]) => matches(source))); // prettier-ignore
    known.set(tables, found);
    return found;
  };
  return (source) => bestKey(keys, globsOf(source).map(ofKind), source, ownOf.get(source) ?? []);
}

/** Sources of one kind, with how often each key is theirs. */
class Kind {
  readonly tables: string;
  readonly #sources: readonly Source[];
  readonly #counts = new Map<readonly string[], Counted>();

  constructor(tables: string, sources: readonly Source[]) {
    this.tables = tables;
    this.#sources = sources;
  }

  /** Without one source, whose witnesses are `own`. */
  without(
    source: string,
    own: readonly Witness[],
    key: readonly string[],
  ): Counted & { readonly size: number } {
    const all = this.#counts.get(key) ?? countOf(key, this.#sources);
    this.#counts.set(key, all);
    const size = this.#sources.length;
    if (own.length === 0 || !this.#sources.some(([other]) => other === source)) return { ...all, size };
    const { support, exceptions } = countOf(key, [[source, own]]);
    return { support: all.support - support, exceptions: all.exceptions - exceptions, size: size - 1 };
  }
}

interface Counted {
  readonly support: number;
  readonly exceptions: number;
}

function bestKey(
  keys: readonly (readonly string[])[],
  kinds: readonly Kind[],
  source: string,
  own: readonly Witness[],
): AssumedKey | null {
  let best: { readonly found: AssumedKey; readonly likely: number } | null = null;
  for (const key of keys) {
    let found: AssumedKey = { tables: '*', key, support: 0, exceptions: 0, confidence: prior };
    let likely = 0; // that a source of the kind has this key, which those without its columns do not
    for (const kind of kinds) {
      const { support, exceptions, size } = kind.without(source, own, key);
      likely = (support + weight * likely) / (size + weight);
      if (support + exceptions === 0) continue;
      const confidence = (support + weight * found.confidence) / (support + exceptions + weight);
      const told = found.support === 0 || support >= leastOthers ? { tables: kind.tables, support, exceptions } : {}; // prettier-ignore
      found = { ...found, ...told, confidence };
    }
    if (found.support < leastOthers || found.confidence <= leastConfidence) continue;
    if (best === null || likely > best.likely) best = { found, likely };
  }
  if (best === null) return null;
  const { confidence } = best.found;
  return { ...best.found, confidence: Math.min(most, Math.round(confidence * 100) / 100) };
}

/** Of sources that have the key's columns: how many are keyed so, and how many by others. */
function countOf(key: readonly string[], sources: readonly Source[]): Counted {
  let [support, exceptions] = [0, 0];
  for (const [, own] of sources) {
    const { same, other } = told(own, key);
    if (same) support++;
    else if (other) exceptions++;
  }
  return { support, exceptions };
}
