import { z } from 'zod';

/** What a stage could not do with one input, and never an exception for it. */
export const diagnosticSchema = z.object({
  /** Stable, dotted, lower case: `sql.syntax`, `dbt.unknown_macro`, `crawl.too_large`. */
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  path: z.string(),
  /** 1-based; absent when the whole file is meant. */
  line: z.int().positive().optional(),
  /** Whose mend it is: the repository's author, the model, or tablelore itself. */
  fault: z.enum(['user', 'model', 'system']),
});

export type Diagnostic = z.infer<typeof diagnosticSchema>;
