/** How the sources of a repository are keyed, as its own tests show. */
import { keyAssumer, type AssumedKey } from '../inference/conventions/mine.ts';
import { sourceWitness, witnessOf, type Witness } from '../inference/conventions/witness.ts';
import type { LinkedGraph, LinkedTable } from '../inference/link/link.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import type { LinkOutput, TestedKey } from '../schema/contracts/stages.ts';
import type { FileFacts } from '../schema/contracts/facts.ts';
import { deriveInput } from './derive.ts';

type Links = ReadonlyMap<string, LinkOutput>;
/** Facts by their keys, with the relational form. */
type FactsOf = (keys: readonly string[]) => Promise<ReadonlyMap<string, FileFacts>>;

const modelsAtOnce = 50;

/** What the tests tell of the keys of tables that no code builds. */
export async function readWitnesses(
  factsOf: FactsOf,
  links: Links,
  signal?: AbortSignal,
): Promise<Witness[]> {
  const found: Witness[] = [];
  const models: { table: string; link: LinkOutput; source: LinkOutput }[] = [];
  for (const [table, link] of links) {
    if (link.builds.length === 0) found.push(...sourceWitness(table, link));
    const source = links.get(link.upstream.length === 1 ? (link.upstream[0] ?? '') : '');
    if (source?.builds.length === 0 && link.builds.length > 0 && link.testedKeys.length > 0)
      models.push({ table, link, source });
  }
  for (let at = 0; at < models.length; at += modelsAtOnce) {
    signal?.throwIfAborted();
    const some = models.slice(at, at + modelsAtOnce);
    const facts = await factsOf([
      ...new Set(some.flatMap(({ link }) => link.builds.map((build) => build.facts))),
    ]);
    for (const { table, link, source } of some) {
      const input = deriveInput(table, link, facts, { links, interfaceOf: () => null });
      const witness = witnessOf(link, source, input);
      if (witness) found.push(witness);
    }
    await new Promise(setImmediate);
  }
  return found;
}

/** The graph with the keys that sources have by conventions which nobody accepted. A source whose key is known keeps it. */
export async function withConventions(
  factsOf: FactsOf,
  graph: LinkedGraph,
  signal?: AbortSignal,
): Promise<LinkedGraph> {
  const links = new Map(graph.tables.map(({ table, output }) => [table, output]));
  const witnesses = await readWitnesses(factsOf, links, signal);
  if (witnesses.length === 0) return graph;
  const keyOf = keyAssumer(witnesses);
  const tables: LinkedTable[] = [];
  for (const linked of graph.tables) {
    const { table, output } = linked;
    const open = output.builds.length === 0 && output.testedKeys.length === 0 && !isTemporary(table);
    const found = open ? keyOf(table) : null;
    tables.push(found === null ? linked : { ...linked, output: { ...output, testedKeys: [assumed(found)] } });
    if (!open) continue;
    signal?.throwIfAborted();
    await new Promise(setImmediate);
  }
  return { ...graph, tables };
}

function assumed({ tables, key, support, exceptions, confidence }: AssumedKey): TestedKey {
  const but = exceptions === 0 ? '' : `, ${exceptions} on other columns`;
  const because = `convention that nobody accepted: ${tables} is keyed by ${key.join(', ')} (${support} others are tested to be${but})`;
  return { columns: key, because, by: 'convention', basis: 'assumed', confidence };
}
