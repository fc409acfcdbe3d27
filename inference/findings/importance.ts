/** What to look at first: severity and confidence, times what depends on the table. */
import type { Finding, Severity } from './finding.ts';

const weight: Readonly<Record<Severity, number>> = { high: 4, medium: 2, low: 1 };

/** `downstream`: tables built from it, directly or not; `queries`: of the last 28 days. */
export const importanceOf = (
  { severity, confidence }: Pick<Finding, 'severity' | 'confidence'>,
  { downstream, queries }: { readonly downstream: number; readonly queries: number },
): number => weight[severity] * confidence * (1 + Math.log2(1 + downstream)) * (1 + Math.log10(1 + queries));

/** Each table → how many tables are built from it, directly or not. */
export function downstreamCounts(
  edges: readonly { readonly table: string; readonly upstream: string }[],
): (table: string) => number {
  const below = Map.groupBy(edges, ({ upstream }) => upstream);
  return (table) => {
    const seen = new Set([table]);
    const queue = [table];
    for (let at = queue.pop(); at !== undefined; at = queue.pop())
      for (const { table: next } of below.get(at) ?? [])
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
    return seen.size - 1;
  };
}
