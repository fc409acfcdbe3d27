/** Declared claims beside derived ones, over a whole repository. */
import {
  agrees,
  byTrust,
  comparedFields,
  compareDeclared,
  type Comparison,
} from '../knowledge/compare-declared.ts';
import { inOneGrain } from '../knowledge/accuracy.ts';
import { median, noJoins, plus, scoreJoins, type JoinFigures } from '../knowledge/join-score.ts';
import {
  keyFigures,
  scoreKeys,
  type KeyFigures,
  type KeyScore,
  type ScoredTable,
} from '../knowledge/key-score.ts';
import type { Claim, ClaimField, ClaimValue, Origin } from '../schema/contracts/claims.ts';
import type { FileFacts } from '../schema/contracts/facts.ts';
import type { RunReport } from '../schema/contracts/runs.ts';
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { readLedger, tablesWithClaims, type LedgerEntry, type LedgerFilter } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { readSummaries } from '../store/facts.ts';
import { slices } from '../store/json.ts';
import { readLinks } from '../store/links.ts';

type Accuracy = RunReport['accuracy'];

export async function measureAccuracy(db: Database, repo: string, asOf: string): Promise<Accuracy> {
  return accuracyOf(await readComparisons(db, repo, asOf));
}

/** All comparisons as of the end of the night of `asOf`, by table. */
async function readComparisons(db: Database, repo: string, asOf: string): Promise<Comparison[]> {
  const found: Comparison[] = [];
  // Most tables declare nothing of what is compared, and to read what was derived of all takes long.
  const declaring = await tablesWithClaims(db, repo, asOf, comparedFields, 'declared');
  for (const tables of slices(declaring, tablesAtOnce)) {
    for await (const own of claimsByTable(db, repo, asOf, { field: comparedFields, tables }))
      found.push(...compareDeclared(own[0].table, own));
  }
  return found;
}

/** Everything that `tablelore accuracy` tells. */
export interface Scores {
  readonly comparisons: readonly Comparison[];
  readonly keys: KeyFigures & { readonly tables: readonly KeyScore[] };
  /** `claims`: the median of derived joins a table, of tables that have any; null: none has. */
  readonly joins: JoinFigures & { readonly claims: number | null };
}

/** What is tested of one table. */
export interface Tests {
  readonly grain: ClaimValue<'grain'> | null;
  readonly joins: readonly ClaimValue<'join'>[];
}

/** By table; `paths`: the files that build tables. */
export type OtherTests = (paths: ReadonlyMap<string, string | null>) => ReadonlyMap<string, Tests>;

/** As of the end of the night of `asOf`. `other`: tests that somebody else read, in place of those that the repository declares. */
export async function readScores(
  db: Database,
  repo: string,
  asOf: string,
  other?: OtherTests,
): Promise<Scores> {
  const links = await readLinks(db, repo, asOf);
  const parts = [...links.values()].flatMap(({ builds }) => builds);
  const facts = await readSummaries(db, [...new Set(parts.map((part) => part.facts))]);
  return scoresOf(
    claimsByTable(db, repo, asOf, { field: [...comparedFields, 'column'] }),
    buildsOf(links, facts),
    other,
  );
}

type Builds = ReadonlyMap<string, Pick<ScoredTable, 'path' | 'uniqueKey'>>;

/** `tables`: the declared and derived claims of each, of the fields that are compared, and of columns. */
export async function scoresOf(
  tables: AsyncIterable<readonly [Claim, ...Claim[]]> | Iterable<readonly [Claim, ...Claim[]]>,
  builds: Builds,
  other?: OtherTests,
): Promise<Scores> {
  const tests = other?.(new Map([...builds].map(([table, { path }]) => [table, path])));
  const comparisons: Comparison[] = [];
  const keys: KeyScore[] = [];
  let joins = noJoins;
  const claims: number[] = [];
  for await (const own of tables) {
    const { table } = own[0];
    comparisons.push(...compareDeclared(table, own));
    const of = <F extends ClaimField>(field: F, origin: Origin): ClaimValue<F>[] =>
      byTrust(own, field, origin);
    const declared: Tests | undefined = tests
      ? tests.get(table)
      : { grain: of('grain', 'declared')[0] ?? null, joins: of('join', 'declared') };
    const score = scoreKeys({
      table,
      path: builds.get(table)?.path ?? null,
      declared: declared?.grain ?? null,
      derived: inOneGrain(of('grain', 'derived')),
      likely: likelyOf(own),
      constants: constantsOf(of('column', 'derived')),
      firstColumn: of('column', 'derived').find(({ position }) => position === 0)?.column ?? null,
      uniqueKey: builds.get(table)?.uniqueKey ?? null,
    });
    if (score) keys.push(score);
    const derived = of('join', 'derived');
    joins = plus(joins, scoreJoins(declared?.joins ?? [], derived));
    if (derived.length > 0) claims.push(derived.length);
  }
  return {
    comparisons,
    keys: { ...keyFigures(keys), tables: keys },
    joins: { ...joins, claims: median(claims) },
  };
}

const constantsOf = (columns: readonly ClaimValue<'column'>[]): ReadonlySet<string> =>
  new Set(
    columns.flatMap(({ column, nullable, values }) =>
      nullable === false && values?.length === 1 ? [column.toLowerCase()] : [],
    ),
  );

/** An assumption at least as sure as this names a row better than a proof of more columns: all that names make likely. */
const sureEnough = 0.75;

function likelyOf(claims: readonly Claim[]): readonly string[] | null {
  const assumed = claims.flatMap((claim) => {
    if (claim.field !== 'grain' || claim.origin !== 'derived' || claim.confidence < sureEnough) return [];
    const [first] = claim.value.keys;
    return first?.basis === 'assumed' && first.scope === 'table' ? [{ claim, first }] : [];
  });
  const [best] = assumed.sort((a, b) => b.claim.confidence - a.claim.confidence || a.first.columns.length - b.first.columns.length); // prettier-ignore
  return best?.first.columns ?? null;
}

/** The files that build tables, and what these configure as `unique_key`. */
export function buildsOf(
  links: ReadonlyMap<string, LinkOutput>,
  facts: ReadonlyMap<string, FileFacts>,
): Builds {
  return new Map(
    [...links].map(([table, { path, builds }]) => {
      const own = builds.flatMap((part) => part.builds.map((at) => facts.get(part.facts)?.builds[at]));
      const configured = own.find((build) => build?.uniqueKey?.length && build.write !== 'snapshot');
      return [table, { path, uniqueKey: configured?.uniqueKey ?? null }];
    }),
  );
}

/** Declared and derived claims, one table's at a time. */
async function* claimsByTable(
  db: Database,
  repo: string,
  asOf: string,
  filter: LedgerFilter,
): AsyncGenerator<[Claim, ...Claim[]]> {
  let own: Claim[] = [];
  const ended = (): [Claim, ...Claim[]][] => {
    const [first, ...more] = own;
    own = [];
    return first ? [[first, ...more]] : [];
  };
  // The ledger comes table by table, so one table's claims are held at a time.
  for await (const claim of claimsThatHold(db, repo, asOf, filter)) {
    if (claim.origin !== 'declared' && claim.origin !== 'derived') continue;
    if (own[0]?.table !== claim.table) yield* ended();
    own.push(claim);
  }
  yield* ended();
}

const page = 20_000;
const tablesAtOnce = 500;

async function* claimsThatHold(
  db: Database,
  repo: string,
  asOf: string,
  filter: LedgerFilter,
): AsyncGenerator<Claim> {
  let after: LedgerEntry | null = null;
  do {
    const entries: LedgerEntry[] = await readLedger(db, repo, asOf, filter, after, page);
    for (const { claim } of entries) yield claim;
    after = entries.length < page ? null : (entries.at(-1) ?? null);
  } while (after !== null);
}

/** Pure. */
export function accuracyOf(comparisons: readonly Comparison[]): Accuracy {
  const count = (field: Comparison['field']): Accuracy['keys'] => {
    const own = comparisons.filter((comparison) => comparison.field === field);
    const compared = own.filter(({ verdict }) => verdict !== 'none');
    return {
      compared: compared.length,
      agree: compared.filter(agrees).length,
      notDerived: own.length - compared.length,
    };
  };
  return { keys: count('grain'), joins: count('join'), lineage: count('upstream') };
}
