/** Lineage through tables that are no tables of their own: temporary ones, dbt's ephemeral models. */
import type { LineageKind } from '../../schema/contracts/claims.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import { along, either } from './kinds.ts';
import type { Origin } from './lineage.ts';

export interface ColumnOrigins {
  readonly column: string;
  readonly from: readonly Origin[];
}

/**
 * The same lineage with each origin in a hidden table replaced by that column's own origins. `lineageOf` gives a hidden table's lineage, undefined
 * for a table that stays. A column that its hidden table does not list goes to the tables behind its star, if it has one, else it is dropped.
 */
export function collapseLineage(
  lineage: readonly ColumnOrigins[],
  lineageOf: (table: TableId) => readonly ColumnOrigins[] | undefined,
): ColumnOrigins[] {
  const known = new Map<string, readonly Origin[]>();
  return lineage.map(({ column, from }) => ({
    column,
    from: merge(from.flatMap((origin) => replace(origin, lineageOf, known))),
  }));
}

function replace(
  origin: Origin,
  lineageOf: (table: TableId) => readonly ColumnOrigins[] | undefined,
  known: Map<string, readonly Origin[]>,
): readonly Origin[] {
  const hidden = lineageOf(origin.table);
  if (!hidden) return [origin];
  const key = `${origin.table}\n${origin.column.toLowerCase()}`;
  let behind = known.get(key);
  if (!behind) {
    known.set(key, []); // a cycle adds nothing
    behind = merge(columnOf(hidden, origin.column).flatMap((inner) => replace(inner, lineageOf, known)));
    known.set(key, behind);
  }
  return behind.map((inner) => ({ ...inner, kind: along(origin.kind, inner.kind) }));
}

function columnOf(lineage: readonly ColumnOrigins[], column: string): readonly Origin[] {
  const wanted = column.toLowerCase();
  const listed = lineage.find((entry) => entry.column.toLowerCase() === wanted);
  if (listed) return listed.from;
  const star = lineage.find((entry) => entry.column === '*');
  return star?.from.length === 1 ? star.from.map((origin) => ({ ...origin, column })) : [];
}

function merge(origins: readonly Origin[]): Origin[] {
  const kinds = new Map<string, { origin: Origin; kind: LineageKind }>();
  for (const origin of origins) {
    const key = `${origin.table}\n${origin.column.toLowerCase()}`;
    const before = kinds.get(key);
    kinds.set(key, {
      origin: before?.origin ?? origin,
      kind: before ? either(before.kind, origin.kind) : origin.kind,
    });
  }
  return [...kinds.values()].map(({ origin, kind }) => ({ ...origin, kind }));
}
