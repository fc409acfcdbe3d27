/** Column lineage by itself: names bound and origins followed, without reasoning about keys. What it costs beside a whole derivation. */
import { deriveInput } from '../../activities/derive.ts';
import { bindRelation, type Catalog } from '../../inference/bind/bind.ts';
import { contentOf } from '../../inference/derive/content.ts';
import { renamed } from '../../inference/bind/relation.ts';
import { collapseLineage, type ColumnOrigins } from '../../inference/lineage/collapse.ts';
import { Lineage } from '../../inference/lineage/lineage.ts';
import type { LinkedGraph } from '../../inference/link/link.ts';
import type { LinkFile } from '../../inference/link/table-facts.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';

type Known = NonNullable<ReturnType<Catalog['columnsOf']>>;

/** By table, for those that code builds, in the order of levels: stars are listed from what was found of the tables before. */
export function boundLineage(
  graph: LinkedGraph,
  files: readonly LinkFile[],
): ReadonlyMap<TableId, readonly ColumnOrigins[]> {
  const facts = new Map<string, FileFacts>(files.map((file) => [file.key, file.facts]));
  const links = new Map<TableId, LinkOutput>(graph.tables.map(({ table, output }) => [table, output]));
  const found = new Map<TableId, readonly ColumnOrigins[]>();
  const columns = new Map<TableId, Known>();
  const hidden = (table: TableId) =>
    ['temporary', 'ephemeral'].includes(links.get(table)?.kind ?? '') ? found.get(table) : undefined;
  const columnsOf = (table: TableId): Known | null => {
    const { columns: declared, columnsComplete = false } = links.get(table) ?? {};
    return columns.get(table) ?? (declared ? { columns: declared, complete: columnsComplete } : null);
  };
  for (const { table, output } of graph.tables) {
    if (output.builds.length === 0) continue;
    const input = deriveInput(table, output, facts, { links, interfaceOf: () => null });
    const lineage: ColumnOrigins[] = [];
    for (const { relation, columns: names } of contentOf(input.builds).queries) {
      const { query, definitions } = bindRelation(relation, { resolve: input.resolve, columnsOf });
      const schema = renamed(query.schema, names);
      const origins = new Lineage(definitions);
      for (const { name, id } of schema.columns) lineage.push({ column: name, from: origins.of(id) });
      if (!schema.open && !columns.has(table))
        columns.set(table, { columns: schema.columns, complete: true });
    }
    found.set(table, collapseLineage(lineage, hidden));
  }
  return found;
}
