/** Parse, link and lineage of a commit in this process, without a database: what a night computes, for measuring it by itself. */
import { deriveInput } from '../../activities/derive.ts';
import { deriveTable, type DerivedTable } from '../../inference/derive/derive.ts';
import { withDeclared, type TableInterface } from '../../inference/derive/interface.ts';
import { linkFacts, type LinkedGraph } from '../../inference/link/link.ts';
import type { LinkFile } from '../../inference/link/table-facts.ts';
import { collapseLineage, type ColumnOrigins } from '../../inference/lineage/collapse.ts';
import { readFile } from '../../parsers/registry.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import type { Commit } from './commit.ts';

export function parseFiles({ texts, context }: Omit<Commit, 'commit'>, paths: readonly string[]): LinkFile[] {
  return paths.flatMap((path): LinkFile[] => {
    const source = texts.get(path);
    const facts = source && readFile(path, source.text, context(path));
    return facts ? [{ key: path, blob: source.blob, facts }] : [];
  });
}

export const linkFiles = (files: readonly LinkFile[]): LinkedGraph =>
  linkFacts(files, { config: { defaults: [], targets: [], conventions: [] } });

export interface TableLineage {
  readonly lineage: readonly ColumnOrigins[];
  readonly derived: DerivedTable;
}

/** By table, for those that code builds; temporary and ephemeral tables are looked through. A table that cannot be derived is left out. */
export function columnLineage(
  graph: LinkedGraph,
  files: readonly LinkFile[],
): ReadonlyMap<TableId, TableLineage> {
  const facts = new Map<string, FileFacts>(files.map((file) => [file.key, file.facts]));
  const links = new Map<TableId, LinkOutput>(graph.tables.map(({ table, output }) => [table, output]));
  const interfaces = new Map<TableId, TableInterface | null>();
  const found = new Map<TableId, TableLineage>();
  const interfaceOf = (table: TableId): TableInterface | null => {
    const link = links.get(table);
    const derived = found.get(table)?.derived.interface ?? null;
    if (!interfaces.has(table))
      interfaces.set(table, link || derived ? withDeclared(derived, link ?? {}) : null);
    return interfaces.get(table) ?? null;
  };
  const hidden = (table: TableId) =>
    ['temporary', 'ephemeral'].includes(links.get(table)?.kind ?? '') ? found.get(table)?.lineage : undefined;
  for (const { table, output } of graph.tables) {
    if (output.builds.length === 0) continue;
    try {
      const derived = deriveTable(deriveInput(table, output, facts, { links, interfaceOf }));
      interfaces.delete(table);
      found.set(table, { derived, lineage: collapseLineage(derived.lineage, hidden) });
    } catch (error) {
      console.error(`${table}: ${String(error)}`);
    }
  }
  return found;
}
