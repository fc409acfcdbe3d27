import type { Card } from '../../schema/contracts/card.ts';
import { byText, type ClaimOf } from '../trust-order.ts';
import { originSchema } from '../../schema/contracts/claims.ts';
import { folded, groupBy, type Merged } from './rule.ts';

/** Union of all edges, with every origin that says so. That rows are read says more than that a scheduler waits. */
export function mergeUpstream(claims: readonly ClaimOf<'upstream'>[]): Merged<Partial<Card>> {
  const upstream = [...groupBy(claims, ({ value }) => value.table)].map(([table, group]) => {
    const kinds = group.map(({ value }) => value.kind ?? 'reads');
    const origins = new Set(group.map((claim) => claim.origin));
    return {
      table,
      kind: kinds.find((kind) => kind !== 'orders_after') ?? 'orders_after',
      origins: originSchema.options.filter((origin) => origins.has(origin)),
    };
  });
  return { part: { upstream: upstream.sort((a, b) => byText(a.table, b.table)) }, losses: [] };
}

/** Union of all sources of each column; how a source gets there is the most trusted claim's word. */
export function mergeColumnLineage(claims: readonly ClaimOf<'column_lineage'>[]): Merged<Partial<Card>> {
  const lineage = [...groupBy(claims, ({ value }) => folded(value.column)).values()].map((group) => {
    const sources = groupBy(
      group.flatMap(({ value }) => value.from),
      (source) => `${source.table} ${folded(source.column)}`,
    );
    return {
      column: group[0]?.value.column ?? '',
      from: [...sources.values()]
        .flatMap((same) => same.slice(0, 1))
        .sort((a, b) => byText(a.table, b.table) || byText(a.column, b.column)),
    };
  });
  return { part: { lineage: lineage.sort((a, b) => byText(a.column, b.column)) }, losses: [] };
}
