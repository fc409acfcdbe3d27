/** What `tablelore accuracy` tells of a night, of a commit that is read in this process. */
import { buildsOf, scoresOf, type OtherTests, type Scores } from '../../activities/accuracy.ts';
import { withConventions } from '../../activities/conventions.ts';
import { derivedClaims } from '../../activities/derive-claims.ts';
import { deriveInput } from '../../activities/derive.ts';
import { likelyClaims } from '../../activities/likely-claims.ts';
import { rankJoins, type FoundJoin } from '../../inference/derive/rank-joins.ts';
import type { LinkedGraph } from '../../inference/link/link.ts';
import type { LinkFile } from '../../inference/link/table-facts.ts';
import { isTemporary } from '../../inference/link/table-id.ts';
import type { Claim, NewClaim } from '../../schema/contracts/claims.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import { columnLineage, type TableLineage } from './graph.ts';

type Derived = ReadonlyMap<string, TableLineage>;

export async function scoresOfCommit(
  files: readonly LinkFile[],
  linked: LinkedGraph,
  other?: OtherTests,
): Promise<Scores> {
  const facts = new Map<string, FileFacts>(files.map((file) => [file.key, file.facts]));
  const graph = await withConventions(() => Promise.resolve(facts), linked);
  const derived = columnLineage(graph, files);
  const links = new Map(graph.tables.map(({ table, output }) => [table, output]));
  return scoresOf(claimsOf(graph, derived, facts), buildsOf(links, facts), other);
}

function* claimsOf(
  { tables }: LinkedGraph,
  derived: Derived,
  facts: ReadonlyMap<string, FileFacts>,
): Generator<[Claim, ...Claim[]]> {
  const links = new Map(tables.map(({ table, output }) => [table, output]));
  const joins = rankJoins(
    foundJoins(derived),
    (table) => links.get(table)?.path ?? null,
    (table) => links.get(table)?.testedKeys.map(({ columns }) => columns) ?? [],
  );
  const states = new Map(
    tables.map(({ table, output: link }) => {
      const own = derived.get(table)?.derived;
      const derive = own ? { interface: own.interface, joins: own.joins, lineage: null, copies: [] } : null;
      return [table, { link, derive, grain: own?.grain ?? null }] as const;
    }),
  );
  const likely = likelyClaims(states, (table) => (joins.get(table) ?? []).map(({ value }) => value));
  for (const { table, output, claims } of tables) {
    if (isTemporary(table)) continue;
    const own = derived.get(table);
    const { builds } = deriveInput(table, output, facts, { links, interfaceOf: () => null });
    const all: NewClaim[] = [
      ...claims(),
      ...(own ? derivedClaims(table, output, builds, { ...own.derived, lineage: own.lineage }) : []),
      ...(joins.get(table) ?? []).map(({ value, builders }): NewClaim => ({ table, field: 'join', value, origin: 'derived', confidence: builders.length > 1 ? 0.95 : 0.85, evidence: [] })), // prettier-ignore
      ...(likely.get(table) ?? []),
    ];
    const [first, ...more] = all.map((claim, i) => ({ ...claim, id: String(i).padStart(6, '0') }));
    if (first) yield [first, ...more];
  }
}

function* foundJoins(derived: Derived): Generator<FoundJoin> {
  for (const [builder, { derived: own }] of derived)
    for (const observation of own.joins)
      if (!isTemporary(observation.left.table) && !isTemporary(observation.right.table))
        yield { observation, builder };
}
