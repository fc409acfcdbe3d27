import { z } from 'zod';

/** Lines of a file at a commit. `lines` is 1-based and inclusive. `blob` is the git blob SHA that the lines were read from. */
export const codeEvidenceSchema = z.object({
  kind: z.literal('code'),
  path: z.string(),
  lines: z.tuple([z.int().positive(), z.int().positive()]),
  blob: z.string(),
});

/** A normalised query of the query log, by its fingerprint, and how many runs of it were seen. */
export const queryEvidenceSchema = z.object({
  kind: z.literal('query'),
  fingerprint: z.string(),
  runs: z.int().nonnegative(),
});

/** A person's word. `date` is an ISO date. */
export const personEvidenceSchema = z.object({
  kind: z.literal('person'),
  person: z.string(),
  date: z.string(),
});

/** A warehouse catalogue export (INFORMATION_SCHEMA, dbt's catalog.json). `source` names the file. */
export const catalogEvidenceSchema = z.object({ kind: z.literal('catalog'), source: z.string() });

export const evidenceSchema = z.discriminatedUnion('kind', [
  codeEvidenceSchema,
  queryEvidenceSchema,
  personEvidenceSchema,
  catalogEvidenceSchema,
]);

export type CodeEvidence = z.infer<typeof codeEvidenceSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
