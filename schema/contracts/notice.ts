import { z } from 'zod';

export const noticeEvents = [
  'failed',
  'skipped',
  'overdue',
  'published',
  'unchanged',
  'history',
  'cancelled',
] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** What is posted to the webhook: names, dates and counts; nothing of the repository's text. */
export const noticeSchema = z.object({
  version: z.literal(1),
  event: z.enum(noticeEvents),
  /** The same for every attempt to tell the same thing. */
  id: z.string(),
  repo: z.string(),
  /** Of the night; for `overdue`, of the last one that ended well. */
  asOf: z.iso.date(),
  /** A sentence for a person. */
  words: z.string(),
  /** Null for `overdue`, and for a night that ended before its run was recorded. */
  run: z.string().nullable(),
  workflow: z.string().nullable(),
  commit: z.string().nullable(),
  /** Null as well where the run did not end well. */
  tables: z.int().nullable(),
  quarantined: z.int().nullable(),
  seconds: z.number().nullable(),
  /** Against the last night of an earlier date; null where nothing was compared, and where readers see the same as before. */
  changes: z
    .object({
      newTables: z.int(),
      retiredTables: z.int(),
      changedTables: z.int(),
      grainChanges: z.int(),
      lostUpstreams: z.int(),
      newConflicts: z.int(),
      newDiagnostics: z.int(),
    })
    .nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;
