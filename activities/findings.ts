/** What is likely wrong in a repository, as the night left it. Reads only. */
import { declaredFindings, type DeclaredTable } from '../inference/findings/declared.ts';
import { examine } from '../inference/findings/examine.ts';
import type { Finding } from '../inference/findings/finding.ts';
import { downstreamCounts, importanceOf } from '../inference/findings/importance.ts';
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { outputsByTable } from '../store/claim-sets.ts';
import { readClaims } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { currentEdges, type Edge } from '../store/edges.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import type { ObserveOutput } from './observe/use.ts';
import { allDeriveInputs, type NightOfRepo } from './why.ts';

export interface RankedFinding extends Finding {
  /** Tables that are built from this one, directly or not. */
  readonly downstream: number;
  /** Of severity, confidence, tables downstream and use: the greater, the sooner to look at. */
  readonly importance: number;
}

/** All findings, the most important first. */
export async function findingsOf(db: Database, { repo, asOf }: NightOfRepo): Promise<RankedFinding[]> {
  const edges = await currentEdges(db, repo, asOf);
  const found = [
    ...(await codeFindings(db, { repo, asOf })),
    ...declaredFindings(await declaredTables(db, { repo, asOf }, edges)),
  ];
  const downstream = downstreamCounts(edges);
  const seen = await outputsByTable<ObserveOutput>(db, await pointedSets(db, repo, asOf, 'observe'));
  return found
    .map((one) => {
      const below = downstream(one.table);
      const queries = seen.get(one.table)?.usage?.queriesLast28Days ?? 0;
      const importance = importanceOf(one, { downstream: below, queries });
      return { ...one, downstream: below, importance: Math.round(importance * 100) / 100 };
    })
    .sort((a, b) => b.importance - a.importance || (a.table < b.table ? -1 : 1));
}

async function codeFindings(db: Database, night: NightOfRepo): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const { input, link } of allDeriveInputs(db, night)) found.push(...examine(input, link));
  return found;
}

async function declaredTables(
  db: Database,
  { repo, asOf }: NightOfRepo,
  edges: readonly Edge[],
): Promise<DeclaredTable[]> {
  const sets = await pointedSets(db, repo, asOf, 'link');
  const links = await outputsByTable<LinkOutput>(db, sets);
  const consumers = await readClaims(db, [...sets.values()].map(({ setId }) => setId), ['consumer']); // prettier-ignore
  const readers = Map.groupBy(edges, ({ upstream }) => upstream);
  return [...links].map(([table, link]) => ({
    table,
    link,
    used: (consumers.get(sets.get(table)?.setId ?? -1) ?? []).length > 0,
    readers: (readers.get(table) ?? []).map((edge) => ({
      table: edge.table,
      path: links.get(edge.table)?.path ?? null,
    })),
  }));
}
