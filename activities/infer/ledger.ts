/** What is known of all tables, as far as a check of citations asks. */
import { tableResolver } from '../../inference/model/resolve-table.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { readOutputs } from '../../store/claim-sets.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { DeriveOutput } from '../derive.ts';

export interface Ledger {
  /** The id of the table meant; null: none, or several. */
  readonly resolve: (name: string) => string | null;
  /** The file that builds a table whose columns were asked for; null: none. */
  readonly pathOf: (table: string) => string | null;
  /** Columns by table; tables of which not all columns are known are absent. */
  readonly columnsOf: (tables: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;
}

export async function openLedger({ db }: ActivityDeps, { repo, asOf }: RunHandle): Promise<Ledger> {
  const links = await pointedSets(db, repo, asOf, 'link');
  const paths = new Map<string, string | null>();
  return {
    resolve: tableResolver(links.keys()),
    pathOf: (table) => paths.get(table) ?? null,
    async columnsOf(tables) {
      const derives = await pointedSets(db, repo, asOf, 'derive', tables);
      const idOf = (table: string) =>
        [links.get(table)?.setId ?? -1, derives.get(table)?.setId ?? -1] as const;
      const outputs = await readOutputs(db, tables.flatMap(idOf)); // prettier-ignore
      const found = new Map<string, readonly string[]>();
      for (const table of tables) {
        const [linkId, deriveId] = idOf(table);
        const link = outputs.get(linkId)?.output as LinkOutput | undefined;
        const derived = (outputs.get(deriveId)?.output as DeriveOutput | undefined)?.interface;
        paths.set(table, link?.path ?? null);
        const names = [...(link?.columns ?? []), ...(derived?.columns ?? [])].map(({ name }) => name);
        if (derived?.complete || link?.columnsComplete) found.set(table, names);
      }
      return found;
    },
  };
}
