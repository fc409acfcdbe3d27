/** The ledger as lines of the contract, read page by page. */
import { claimLines } from '../knowledge/claim-lines.ts';
import type { ClaimLine } from '../schema/contracts/claims.ts';
import { readLedger, type LedgerEntry, type LedgerFilter } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { commitsOfClaims } from '../store/nights.ts';

export interface LedgerSource {
  readonly db: Database;
  readonly repo: string;
  readonly asOf: string;
  /** What the evidence of claims that hold is cited at; that of others is cited at the last commit at which they did. */
  readonly commit: string;
  /** The file that builds a table; null or absent: none does. */
  readonly paths: ReadonlyMap<string, string | null>;
}

/** Reading some tables at a time costs what they hold; reading on in the whole ledger would cost all of it for each page. */
const tablesAtOnce = 200;

/** Table by table, in the order given; within one by field, origin and value. At most one page and the claims of one table are held at a time. */
export async function* ledgerLines(
  source: LedgerSource,
  filter: LedgerFilter & Required<Pick<LedgerFilter, 'tables'>>,
  page = 2_000,
): AsyncGenerator<ClaimLine> {
  for (let start = 0; start < filter.tables.length; start += tablesAtOnce) {
    const some = { ...filter, tables: filter.tables.slice(start, start + tablesAtOnce) };
    for await (const entries of byTable(source, some, page)) yield* await linesOfTable(source, entries);
  }
}

/** Entries of one table after the other. */
async function* byTable(
  { db, repo, asOf }: LedgerSource,
  filter: LedgerFilter,
  page: number,
): AsyncGenerator<LedgerEntry[]> {
  let held: LedgerEntry[] = [];
  let after: LedgerEntry | null = null;
  do {
    const entries: LedgerEntry[] = await readLedger(db, repo, asOf, filter, after, page);
    for (const entry of entries) {
      if (held.length > 0 && held[0]?.claim.table !== entry.claim.table) {
        yield held;
        held = [];
      }
      held.push(entry);
    }
    after = entries.length < page ? null : (entries.at(-1) ?? null);
  } while (after !== null);
  if (held.length > 0) yield held;
}

async function linesOfTable(
  { db, repo, commit, paths }: LedgerSource,
  entries: readonly LedgerEntry[],
): Promise<ClaimLine[]> {
  const gone = entries.filter(({ superseded }) => superseded).map(({ claim }) => claim);
  const commits = gone.length > 0 ? await commitsOfClaims(db, repo, gone) : new Map<string, string>();
  const byCommit = Map.groupBy(entries, ({ claim }) => commits.get(claim.id) ?? commit);
  const superseded = new Set(gone.map(({ id }) => id));
  return [...byCommit].flatMap(([at, some]) => {
    const path = paths.get(some[0]?.claim.table ?? '') ?? null;
    const claims = some.map(({ claim }) => claim);
    return claimLines({ path, claims, superseded, commit: at }).map((line) => withTarget(line, paths));
  });
}

/** Joins name the file that builds the other table, as it is now. */
function withTarget(line: ClaimLine, paths: LedgerSource['paths']): ClaimLine {
  if (line.field !== 'join') return line;
  const value = line.value as { to: string };
  return { ...line, value: { ...value, to_path: paths.get(value.to) ?? null } };
}
