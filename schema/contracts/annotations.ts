import { z } from 'zod';
import { claimValueSchemas, claimFields, type ClaimField } from './claims.ts';
import { roleSchema } from './usage.ts';

const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'write dates as YYYY-MM-DD');

/** Lines of code that a note rests on. When `blob` (git blob SHA) or `commit` is given, a later change of those lines makes the note stale. */
export const citationSchema = z.strictObject({
  path: z.string().min(1),
  lines: z.tuple([z.int().positive(), z.int().positive()]).optional(),
  blob: z.string().optional(),
  commit: z.string().optional(),
});

/** One person's word about one field of one table: either `text`, for fields that are a text, or `value` in the field's own shape. */
export const annotationSchema = z
  .strictObject({
    /** The table as people write it: link resolves it. */
    table: z.string().min(1),
    field: z.enum(claimFields as [ClaimField, ...ClaimField[]]).default('caveat'),
    text: z.string().min(1).optional(),
    value: z.unknown().optional(),
    person: z.string().min(1),
    date: isoDate,
    cites: z
      .union([citationSchema, z.array(citationSchema)])
      .transform((cites) => (Array.isArray(cites) ? cites : [cites]))
      .optional(),
  })
  .check((context) => {
    const { field, text, value } = context.value;
    const shape = claimValueSchemas[field];
    const given = value ?? (text === undefined ? undefined : { text });
    const result = shape.safeParse(given);
    for (const issue of result.error?.issues ?? []) {
      context.issues.push({
        code: 'custom',
        message: `${field}: ${issue.message}`,
        input: given,
        path: ['value', ...issue.path],
      });
    }
  });
export type Annotation = z.infer<typeof annotationSchema>;

/** Who sends queries. `user` as the log writes it, with `*` for any text. */
export const personSchema = z.strictObject({
  user: z.string().min(1),
  /** Other names of the same person in logs. */
  aliases: z.array(z.string().min(1)).default([]),
  name: z.string().optional(),
  role: roleSchema,
  team: z.string().optional(),
});
export type Person = z.infer<typeof personSchema>;
