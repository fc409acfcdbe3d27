/** Each table's input of the derivation, of a commit that is read in this process. */
import { withConventions } from '../../activities/conventions.ts';
import { deriveInput } from '../../activities/derive.ts';
import type { TableInput } from '../../activities/why.ts';
import { withDeclared, type TableInterface } from '../../inference/derive/interface.ts';
import type { LinkFile } from '../../inference/link/table-facts.ts';
import { isTemporary } from '../../inference/link/table-id.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import { columnLineage, linkFiles } from './graph.ts';

/** Of tables that code builds, without temporary ones; one that cannot be derived is left out. */
export async function* inputsOfCommit(files: readonly LinkFile[]): AsyncGenerator<TableInput> {
  const facts = new Map<string, FileFacts>(files.map((file) => [file.key, file.facts]));
  const graph = await withConventions(() => Promise.resolve(facts), linkFiles(files));
  const derived = columnLineage(graph, files);
  const links = new Map(graph.tables.map(({ table, output }) => [table, output]));
  const interfaceOf = (table: TableId): TableInterface | null => {
    const own = derived.get(table)?.derived.interface ?? null;
    const link = links.get(table);
    return own || link ? withDeclared(own, link ?? {}) : null;
  };
  for (const [table, link] of links)
    if (derived.has(table) && !isTemporary(table))
      yield { input: deriveInput(table, link, facts, { links, interfaceOf }), link };
}
