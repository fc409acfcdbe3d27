import { z } from 'zod';
import { diagnosticSchema } from './diagnostic.ts';

/** A list that may be cut: `count` is of all, `listed` holds the first of them. */
const cutList = <Item extends z.ZodType>(item: Item) => z.object({ count: z.int(), listed: z.array(item) });
export interface CutList<Item> {
  readonly count: number;
  readonly listed: readonly Item[];
}

/** What a night changed against the last whole night of an earlier date. */
export const changesSchema = z.object({
  since: z.object({ asOf: z.iso.date(), run: z.string() }),
  newTables: cutList(z.string()),
  retiredTables: cutList(z.string()),
  /** Tables of both nights whose cards say something else, each with the fields that do. Figures of use alone are no change. */
  changedTables: cutList(z.object({ table: z.string(), fields: z.array(z.string()) })),
  /** In words; null: unknown. */
  grainChanges: cutList(
    z.object({ table: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
  ),
  /** What a table of both nights no longer reads. `retired`: the upstream is gone as well. */
  lostUpstreams: cutList(z.object({ table: z.string(), upstream: z.string(), retired: z.boolean() })),
  newConflicts: cutList(z.object({ table: z.string(), field: z.string(), words: z.string() })),
  newDiagnostics: cutList(diagnosticSchema.pick({ code: true, path: true, line: true, message: true })),
});
export type Changes = z.infer<typeof changesSchema>;
