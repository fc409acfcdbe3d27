/** One tested table's keys, as derived in several ways, beside its tests: what a repository's figures are counted from. */
import type { ClaimValue, GrainKey } from '../schema/contracts/claims.ts';
import { compareKeys, keyVerdicts, verdictOf, wholeKeys, type KeyVerdict } from './accuracy.ts';

/** Ways to a table's first key. `proved`: from code and tests of other tables; `derived`: that, else the likeliest assumption; `configured`: that, and the table's
 * own `unique_key`; `likely`: an assumption of high confidence, which names a row where proofs are of other columns or of more, else as configured; the other two
 * are baselines, which read no code: the first output column, and `unique_key` alone. */
export const keyWays = ['proved', 'derived', 'configured', 'likely', 'firstColumn', 'uniqueKey'] as const;
export type KeyWay = (typeof keyWays)[number];

export const layers = ['staging', 'intermediate', 'mart', 'other'] as const;
export type Layer = (typeof layers)[number];

export interface KeyScore {
  readonly table: string;
  readonly layer: Layer;
  /** By the tested key with the fewest columns. */
  readonly shape: 'single' | 'composite';
  /** Of the first derived key; `none` where nothing was derived. */
  readonly basis: 'proved' | 'assumed' | 'none';
  readonly verdicts: Readonly<Record<KeyWay, KeyVerdict>>;
}

type Grain = ClaimValue<'grain'>;

export interface ScoredTable {
  readonly table: string;
  /** Of the file that builds it; null: none does. */
  readonly path: string | null;
  /** The declared keys and the derived ones; null: nobody says. */
  readonly declared: Grain | null;
  readonly derived: Grain | null;
  /** The first assumed key of high confidence; null: there is none. */
  readonly likely: readonly string[] | null;
  /** Columns that hold one value in every row, in lower case: they add nothing to a key, and so count on neither side. */
  readonly constants: ReadonlySet<string>;
  /** Null: not known. */
  readonly firstColumn: string | null;
  /** As the build's configuration has it; null: it has none, or only of the current rows of a snapshot. */
  readonly uniqueKey: readonly string[] | null;
}

/** Null where nobody tests a key, or no code here builds the table. */
export function scoreKeys(of: ScoredTable): KeyScore | null {
  if (of.path === null) return null;
  const varying = (columns: readonly string[]): string[] => columns.filter((name) => !of.constants.has(name.toLowerCase())); // prettier-ignore
  const strip = (grain: Grain | null): Grain | null =>
    grain && { ...grain, keys: grain.keys.map((key) => ({ ...key, columns: varying(key.columns) })) };
  const derived = strip(of.derived);
  const compared = compareKeys(strip(of.declared), derived);
  if (compared === null) return null;
  const { tested } = compared;
  const [proved] = wholeKeys(derived, 'proved');
  const configured = withConfig(compared.derived, of.uniqueKey && varying(of.uniqueKey));
  const verdict = (key: readonly string[] | null | undefined): KeyVerdict =>
    verdictOf(key ? varying(key) : undefined, tested);
  return {
    table: of.table,
    layer: layerOf(of.table, of.path),
    shape: tested.some((columns) => columns.length === 1) ? 'single' : 'composite',
    basis: compared.derived === null ? 'none' : compared.derived.basis === 'proved' ? 'proved' : 'assumed',
    verdicts: {
      proved: verdict(proved?.columns),
      derived: compared.verdict,
      configured: verdict(configured),
      likely: verdict(of.likely ?? configured),
      firstColumn: verdict(of.firstColumn === null ? null : [of.firstColumn]),
      uniqueKey: verdict(of.uniqueKey),
    },
  };
}

/** A proof stands before the configuration, unless that says the same of fewer columns; an assumption stands behind it. */
function withConfig(derived: GrainKey | null, config: readonly string[] | null): readonly string[] | null {
  if (derived === null || config === null) return derived?.columns ?? config;
  const part = verdictOf(derived.columns, [config]);
  return derived.basis === 'proved' && part !== 'wider' ? derived.columns : config;
}

const folders: readonly (readonly [RegExp, Layer])[] = [
  [/^(staging|stg|sources?|base|raw)$/, 'staging'],
  [/^(intermediate|int|prep|common_prep|core)$/, 'intermediate'],
  [/^(marts?|common|common_mart\w*|reports?|publish|final)$/, 'mart'],
];
const names: readonly (readonly [RegExp, Layer])[] = [
  [/^(stg|base|src)_|_source$/, 'staging'],
  [/^(int|prep)_/, 'intermediate'],
  [/^(fct|fact|dim|mart|rpt)_/, 'mart'],
];

/** By the name, else by the innermost folder that says it. */
export function layerOf(table: string, path: string | null): Layer {
  const name = table.slice(table.lastIndexOf('.') + 1).toLowerCase();
  const byName = names.find(([pattern]) => pattern.test(name));
  if (byName) return byName[1];
  for (const folder of (path ?? '').toLowerCase().split('/').slice(0, -1).reverse()) {
    const found = folders.find(([pattern]) => pattern.test(folder));
    if (found) return found[1];
  }
  return 'other';
}

export type VerdictCounts = Readonly<Record<KeyVerdict, number>>;

export interface KeyFigures {
  readonly tested: number;
  readonly ways: Readonly<Record<KeyWay, VerdictCounts>>;
  /** Of the first derived key; groups without a table are left out. */
  readonly byBasis: Readonly<Record<string, VerdictCounts>>;
  readonly byShape: Readonly<Record<string, VerdictCounts>>;
  readonly byLayer: Readonly<Record<string, VerdictCounts>>;
}

export function keyFigures(scores: readonly KeyScore[]): KeyFigures {
  const by = (group: (score: KeyScore) => string): Record<string, VerdictCounts> =>
    Object.fromEntries(
      [...Map.groupBy(scores, group)].sort().map(([name, own]) => [name, count(own, 'derived')]),
    );
  return {
    tested: scores.length,
    ways: Object.fromEntries(keyWays.map((way) => [way, count(scores, way)])) as KeyFigures['ways'],
    byBasis: by(({ basis }) => basis),
    byShape: by(({ shape }) => shape),
    byLayer: by(({ layer }) => layer),
  };
}

const count = (scores: readonly KeyScore[], way: KeyWay): VerdictCounts =>
  Object.fromEntries(
    keyVerdicts.map((verdict) => [
      verdict,
      scores.filter(({ verdicts }) => verdicts[way] === verdict).length,
    ]),
  ) as VerdictCounts;
