/** Which table a person's note is about. Pure. */
import { createNameResolver } from '../inference/link/names.ts';
import { tableName } from '../parsers/table-name.ts';
import type { RepoConfig } from '../schema/contracts/config.ts';

/**
 * Finds tables by their id, or by a name as code of the repository's dialect writes it, quoted or short. Notes say nothing of where a short name
 * stands: only the one known table that ends in it is meant. Null: there is no such table.
 */
export function notedTable(
  { dialect, targets }: Pick<RepoConfig, 'dialect' | 'targets'>,
  tables: readonly string[],
): (name: string) => string | null {
  const known = new Set(tables);
  const resolver = createNameResolver({ defaults: [], targets }, tables);
  return (name) => {
    if (known.has(name)) return name;
    const ref = tableName(name);
    const table = ref && resolver.resolve(ref, { path: '', dialect: dialect ?? 'generic' });
    return table !== null && known.has(table) ? table : null;
  };
}
