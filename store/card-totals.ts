import type { Card } from '../schema/contracts/card.ts';

/** What is counted over all cards, so that none must be read for it. */
export interface CardTotals {
  /** The file that builds the table; null when none does. */
  readonly path: string | null;
  /** Of `columns`, `upstream`, `key`, `joins`, `lineage`, `freshness`, `owner`, `purpose` and `use` those that the card says something of. */
  readonly has: readonly string[];
  readonly conflicts: number;
  readonly stale: number;
  /** Edges between columns. */
  readonly columnEdges: number;
}

/** Lists that are absent count as empty. */
export function cardTotals(card: Partial<Card>): CardTotals {
  const said: Readonly<Record<string, unknown>> = {
    columns: card.columns?.length,
    upstream: card.upstream?.length,
    key: card.grain?.value.keys[0],
    joins: card.joins?.length,
    lineage: card.lineage?.length,
    freshness: card.freshness,
    owner: card.owner,
    purpose: card.purpose,
    use: card.usage,
  };
  return {
    path: card.path ?? null,
    has: Object.keys(said).filter((name) => Boolean(said[name])),
    conflicts: card.conflicts?.length ?? 0,
    stale: card.stale?.length ?? 0,
    columnEdges: card.lineage?.reduce((sum, { from }) => sum + from.length, 0) ?? 0,
  };
}
