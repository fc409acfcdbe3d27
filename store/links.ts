import type { LinkOutput } from '../schema/contracts/stages.ts';
import { outputsByTable } from './claim-sets.ts';
import type { Database } from './database.ts';
import { pointedSets } from './pointed-sets.ts';

/** What link says of each table, sorted by its name, as of the end of the night of `asOf`; retired tables are absent. `tables`: only these. */
export async function readLinks(
  db: Database,
  repo: string,
  asOf: string,
  tables?: readonly string[],
): Promise<Map<string, LinkOutput>> {
  return outputsByTable<LinkOutput>(db, await pointedSets(db, repo, asOf, 'link', tables));
}
