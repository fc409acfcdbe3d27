/** What a run's report counts in the ledger: of the whole repository, whatever the run was for. */
import { isTemporary } from '../inference/link/table-id.ts';
import { coverageOf } from '../knowledge/report/coverage.ts';
import type { RunReport } from '../schema/contracts/runs.ts';
import { countClaims } from '../store/claims.ts';
import { countEdges } from '../store/edges.ts';
import { currentPointers } from '../store/pointers.ts';
import { readRanks } from '../store/queries.ts';
import { countCards, countStatements } from '../store/report.ts';
import { countEntries, currentSnapshot } from '../store/snapshots.ts';
import { measureAccuracy } from './accuracy.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { factsOfCommit } from './facts-of-commit.ts';
import { reportAnswers } from './infer/report.ts';
import { sameNight } from './same-night.ts';

type Counted =
  'files' | 'statements' | 'tables' | 'builtTables' | 'edges' | 'columnEdges' | 'claims' | 'conflicts';
type Judged = 'stale' | 'queries' | 'cards' | 'embedded' | 'answers' | 'coverage' | 'accuracy';
export type Figures = Pick<RunReport, Counted | Judged>;

/** Where neither code nor ledger differ from the last whole night, its figures. */
export async function figuresOf(deps: ActivityDeps, handle: RunHandle): Promise<Figures> {
  const last = handle.codeUnchanged ? await sameNight(deps, handle) : null;
  if (last === null) return count(deps, handle);
  return { ...figuresIn(last), answers: await reportAnswers(deps.db, handle.repo, handle.asOf) };
}

function figuresIn(report: RunReport): Omit<Figures, 'answers'> {
  const { files, statements, tables, builtTables, edges, columnEdges, claims, conflicts } = report;
  const { stale, queries, cards, embedded, coverage, accuracy } = report;
  return {
    ...{ files, statements, tables, builtTables, edges, columnEdges, claims, conflicts },
    ...{ stale, queries, cards, embedded, coverage, accuracy },
  };
}

async function count(deps: ActivityDeps, handle: RunHandle): Promise<Figures> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const { known, source } = await factsOfCommit(deps, handle);
  const cards = await countCards(db, repo, asOf);
  const snapshot = await currentSnapshot(db, repo);
  // That of another night has the vectors of that night.
  const entries = snapshot?.asOf === asOf ? await countEntries(db, repo, snapshot.id) : null;
  const linked = (await currentPointers(db, repo, asOf, 'link')).keys();
  const tables = [...linked].filter((table) => !isTemporary(table)).length;
  const statements = await countStatements(db, [...known.values()]);
  const queries = countBy(await readRanks(deps.db, handle.repo, handle.asOf), (one) => one.query.tier);
  const templates = Object.values(queries).reduce((sum, n) => sum + n, 0);
  const trustedTemplates = (queries.source_of_truth ?? 0) + (queries.trusted ?? 0);
  const embedded = (entries?.card.embedded ?? 0) + (entries?.query.embedded ?? 0);
  return {
    files: source.files.length,
    statements,
    tables,
    builtTables: cards.built,
    edges: await countEdges(db, repo, asOf),
    columnEdges: cards.columnEdges,
    claims: await claimCounts(deps, handle),
    conflicts: cards.conflicts,
    stale: cards.stale,
    queries,
    cards: cards.cards,
    embedded,
    answers: await reportAnswers(db, repo, asOf),
    coverage: coverageOf({
      ...cards,
      files: source.files.length,
      filesWithFacts: known.size,
      statements,
      tables,
      templates,
      trustedTemplates,
      texts: (entries?.card.entries ?? 0) + (entries?.query.entries ?? 0),
      withVector: embedded,
    }),
    accuracy: await measureAccuracy(db, repo, asOf),
  };
}

async function claimCounts({ db }: ActivityDeps, { repo, asOf }: RunHandle): Promise<RunReport['claims']> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { field, origin, count: number } of await countClaims(db, repo, asOf))
    (counts[field] ??= {})[origin] = number;
  return counts;
}

export function countBy<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}
