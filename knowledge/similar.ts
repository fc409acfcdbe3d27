import { columnRoots, type Copies } from './column-roots.ts';
import { contentWords } from './local-embedding.ts';
import { shortName } from './name-words.ts';
import { Comparison } from './similar-differences.ts';
import { Sources } from './similar-sources.ts';
import { byText } from './trust-order.ts';

/** What of one table is compared. Lists may be empty where nothing is known. */
export interface TableShape {
  readonly table: string;
  readonly upstream: readonly string[];
  readonly columns: readonly string[];
  /** There may be columns besides these. */
  readonly open?: boolean;
  /** The same where those that are known are as telling as others: some come from the warehouse. */
  readonly unseen?: boolean;
  /** Columns that it may have besides: declared, but not in the code. Default: none. */
  readonly unsure?: readonly string[];
  /** Columns that are never NULL. Default: not known of any. */
  readonly notNull?: readonly string[];
  /** What its columns copy. Default: nothing is known. */
  readonly copies?: Copies;
  /** Columns of the best key; null when unknown. */
  readonly key: readonly string[] | null;
  readonly timeGrain: string | null;
  /** Predicates that decide its rows, its own and inherited ones. */
  readonly population: readonly { readonly sql: string; readonly words: string }[];
  /** What one run writes: `full`, `incremental`, `partition`; null when not known. */
  readonly window: string | null;
}

export interface Similar {
  readonly table: string;
  /** 0..1, two digits: how alike sources, columns and names are. */
  readonly likeness: number;
  readonly differences: readonly string[];
  readonly rule: string | null;
}

/** Pairs below it are not worth a word. */
const leastLikeness = 0.45;
const most = 5;
/** Of more tables than this that share one thing, each meets only its neighbours by name: comparing all grows with their square. */
const mostPerFeature = 60;
const neighbours = 8;
/** What so many tables have says nothing about any two of them. */
const mostTelling = 2000;
/** Of the tables that share such things, those that share most are compared in full. */
const mostCompared = 40;

/**
 * Table by table, by name, the five that it is most easily taken for, most alike first; none for a table like no other. Only tables that share
 * a source, a rare column or a rare word of their names are compared, so that the work grows with the number of tables, not with its square: a hundred
 * thousand take a minute. A table and its source count as a little less alike: they are also steps of one pipeline. `between`: tables that are compared
 * with none, but through which others are built.
 */
export function* eachSimilar(
  shapes: readonly TableShape[],
  between: readonly TableShape[] = [],
): Generator<[table: string, alike: Similar[]]> {
  const sorted = [...shapes].sort((a, b) => byText(a.table, b.table));
  const features = sorted.map(featuresOf);
  const common = postings(features);
  const counts = new Uint16Array(sorted.length);
  // Rows of two kinds under names that share no word are taken for each other by nobody, whatever columns both have.
  const shareName = (a: number, b: number): boolean =>
    overlap((features[a] as Features).words, (features[b] as Features).words) > 0;
  const copies = new Map([...sorted, ...between].map((shape) => [shape.table.toLowerCase(), shape.copies]));
  const compared = new Comparison(
    columnRoots((table) => copies.get(table)),
    new Sources(sorted, between),
  );
  for (const [i, shape] of sorted.entries()) {
    const candidates = sharingMost(i, features[i] as Features, common, counts);
    const alike = candidates
      .map((other) => ({ other, likeness: likeness(features[i] as Features, features[other] as Features) }))
      .filter((pair) => pair.likeness >= leastLikeness)
      .filter(({ other }) => shareName(i, other) || compared.sameGrain(shape, sorted[other] as TableShape))
      .sort((a, b) => b.likeness - a.likeness || a.other - b.other)
      .slice(0, most)
      .map(({ other, likeness: value }) => {
        const twin = sorted[other] as TableShape;
        return {
          table: twin.table,
          likeness: Math.round(100 * value) / 100,
          ...compared.differences(shape, twin),
        };
      });
    yield [shape.table, alike];
  }
}

interface Features {
  readonly table: string;
  readonly upstream: ReadonlySet<string>;
  /** Empty where they are not all known: what is known of them is what its query computes with, the same in all tables of one pattern. */
  readonly columns: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
  /** What brings tables together. */
  readonly blocking: readonly string[];
}

/** Words of names that say how a table is made, not what it holds. */
const layers = new Set(
  'fact dimension staging int intermediate prep mart base raw source src table view model v'
    .split(' ')
    .flatMap((word) => contentWords(word)),
);

function featuresOf(shape: TableShape): Features {
  const upstream = new Set(shape.upstream.filter((table) => table !== shape.table));
  const columns = new Set(shape.columns.map((column) => column.toLowerCase()));
  const words = new Set(
    contentWords(shortName(shape.table)).filter((word) => !layers.has(word) && !/^v\d+$/.test(word)),
  );
  const all = [...words].sort(byText);
  return {
    table: shape.table,
    upstream,
    columns: shape.open ? new Set() : columns,
    words,
    blocking: [
      ...[...upstream, shape.table].map((table) => `u ${table}`),
      ...[...columns].map((column) => `c ${column}`),
      ...all.map((word) => `w ${word}`),
      // Two common words together are rare again.
      ...all.flatMap((word, i) => all.slice(i + 1).map((other) => `w ${word} ${other}`)),
    ],
  };
}

function postings(features: readonly Features[]): Map<string, number[]> {
  const lists = new Map<string, number[]>();
  features.forEach(({ blocking }, i) => {
    for (const feature of blocking) {
      const list = lists.get(feature);
      if (list) list.push(i);
      else lists.set(feature, [i]);
    }
  });
  for (const [feature, list] of lists)
    if (list.length > mostTelling || list.length < 2) lists.delete(feature);
  return lists;
}

/** A short list whole; of a long one what stands next to `i`. Lists ascend, and tables are numbered by name. */
function near(i: number, list: readonly number[]): readonly number[] {
  if (list.length <= mostPerFeature) return list;
  const at = placeOf(i, list);
  return list.slice(Math.max(0, at - neighbours), at + neighbours + 1);
}

/** The place of a number that an ascending list holds. */
function placeOf(i: number, list: readonly number[]): number {
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < i) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The tables that share most features with the `i`th, up to the number that is compared in full. `counts` is scratch, all zero before and after. */
function sharingMost(
  i: number,
  { blocking }: Features,
  common: ReadonlyMap<string, readonly number[]>,
  counts: Uint16Array,
): number[] {
  const touched: number[] = [];
  for (const feature of blocking) {
    for (const other of near(i, common.get(feature) ?? [])) {
      if (other === i) continue;
      if (counts[other] === 0) touched.push(other);
      counts[other] = (counts[other] ?? 0) + 1;
    }
  }
  const heights: number[] = [];
  for (const other of touched) {
    const count = counts[other] ?? 0;
    heights[count] = (heights[count] ?? 0) + 1;
  }
  let least = heights.length;
  for (let kept = 0; least > 1 && kept + (heights[least - 1] ?? 0) <= mostCompared; least--)
    kept += heights[least - 1] ?? 0;
  // Where more share equally much than are compared, the first by name are.
  const best = touched.filter((other) => (counts[other] ?? 0) >= least);
  const edge =
    best.length > 0 ? [] : touched.filter((other) => counts[other] === least - 1).sort((a, b) => a - b);
  for (const other of touched) counts[other] = 0;
  return best.length > 0 ? best : edge.slice(0, mostCompared);
}

/** Weighted mean over what is known of both: names always, sources and columns where neither side is empty. Names alone are no likeness. */
function likeness(a: Features, b: Features): number {
  const parts: (readonly [weight: number, value: number])[] = [[0.35, overlap(a.words, b.words)]];
  const built = a.upstream.has(b.table) || b.upstream.has(a.table);
  const alone = built && (a.upstream.has(b.table) ? a : b).upstream.size === 1;
  if (a.upstream.size > 0 && b.upstream.size > 0)
    parts.push([0.3, Math.max(overlap(a.upstream, b.upstream), alone ? 0.6 : 0)]);
  if (a.columns.size > 0 && b.columns.size > 0) parts.push([0.35, overlap(a.columns, b.columns)]);
  const total = parts.reduce((sum, [weight]) => sum + weight, 0);
  if (parts.slice(1).every(([, value]) => value === 0)) return 0;
  const value = parts.reduce((sum, [weight, part]) => sum + weight * part, 0) / total;
  return built ? value * 0.9 : value;
}

/** Between Jaccard's measure and containment: a narrow copy of a wide table is alike, though less than a twin. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const item of few) if (many.has(item)) shared += 1;
  const jaccard = shared / (a.size + b.size - shared);
  const contained = shared / Math.min(a.size, b.size);
  return 0.7 * jaccard + 0.3 * contained;
}
