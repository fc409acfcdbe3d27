/** Names that the tolerant reader only took for tables. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { NameResolver } from './names.ts';

/** A lone word that the tolerant reader took for a table is none, unless something else knows a table of that name. */
export function withoutGuesses(resolver: NameResolver, known: ReadonlySet<TableId>): NameResolver {
  return {
    resolve: (ref, scope) => {
      const id = resolver.resolve(ref, scope);
      return ref.confidence === 'low' && ref.parts.length === 1 && !known.has(id) ? guessedTable : id;
    },
  };
}

/** Stands for no table: reads of it are dropped. */
export const guessedTable: TableId = '#guess';
